import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPhotos, openTable, PhotoSetError } from '../../src/node/index';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-table-'));
  await mkdir(join(folder, 'all'));
  for (let index = 0; index < 12; index++) {
    const background = { r: 15 * index, g: 80, b: 200 };
    const picture = sharp({ create: { width: 9, height: 7, channels: 3, background } });
    await picture.toFile(join(folder, `all/${index}, ü.png`));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const rows = Array.from({ length: 12 }, (_, index) => ({
  file: `all/${index}, ü.png`,
  genus: index < 6 ? 'Amanita' : 'Boletus',
  group: `finder ${index % 3}`,
}));
const csv = (header: string, list = rows) =>
  [header, ...list.map(row => `"${row.file}",${row.genus},${row.group}`)].join('\r\n');
async function put(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

describe('a table of photos', () => {
  test('is CSV or JSON, with paths relative to itself, classes and groups', async () => {
    const fromCsv = await openTable(await put('a.csv', `\uFEFF${csv('file,genus,group')}\r\n`));
    expect(fromCsv.classes).toEqual(['Amanita', 'Boletus']);
    expect(fromCsv.photos).toHaveLength(12);
    expect(fromCsv.photos[0]).toMatchObject({ id: 'all/0, ü.png', label: 0, group: 'finder 0' });
    const json = await put('a.json', JSON.stringify(rows));
    expect(await openPhotos(json)).toEqual(fromCsv);
  });

  test('may name its columns', async () => {
    const file = await put('b.csv', csv('where,what,who'));
    await expect(openTable(file)).rejects.toThrow(
      /no column 'file' or 'file_name' or .* for the path of a photo; its first line has 'where', 'what', 'who'.*option path/,
    );
    const set = await openTable(file, { path: 'where', label: 'what', group: 'who' });
    expect(set.photos.map(({ group }) => group).slice(0, 3)).toContain('finder 1');
  });

  test('has the columns that others write, in any case and order, and any separator', async () => {
    const table = (header: string, separator: string) =>
      [header, ...rows.map(({ file, genus }) => `"${file}"${separator}${genus}`)].join('\n');
    const usual = await openTable(await put('u.csv', csv('file,genus,group')));
    for (const [name, content] of [
      ['hub.csv', table('file_name,label', ',')],
      ['excel.csv', table('FileName;Class', ';')],
      ['tabs.tsv', table('path\tcategory', '\t')],
      ['quoted.csv', table('"Image";"Label, as found"', ';').replace('Label, as found', 'Label')],
      [
        'lines.jsonl',
        rows.map(({ file, genus }) => JSON.stringify({ image: file, label: genus })).join('\n'),
      ],
    ] as const) {
      const { photos, classes } = await openPhotos(await put(name, content));
      expect(classes, name).toEqual(usual.classes);
      expect(
        photos.map(({ id, label }) => `${id} ${label}`),
        name,
      ).toEqual(usual.photos.map(({ id, label }) => `${id} ${label}`));
    }
  });

  test('may lack the endings of the photos', async () => {
    const list = rows.map(row => ({ ...row, file: row.file.replace('.png', '') }));
    const { photos } = await openTable(await put('ids.csv', csv('image_id,genus,group', list)));
    expect(photos).toHaveLength(12);
  });

  test('is read in other encodings, which is said where it is a guess', async () => {
    const text = csv('file,genus,group').replaceAll('Boletus', 'Röhrling');
    const bom = await openTable(await put('bom.csv', `\uFEFF${text}`));
    const wide = Buffer.from(`\uFEFF${text}`, 'utf16le');
    expect((await openTable(await put('wide.csv', wide))).classes).toEqual(bom.classes);
    const { classes, findings } = await openTable(
      await put('latin.csv', Buffer.from(text, 'latin1')),
      {
        leastPerClass: 0,
      },
    );
    expect(classes).toEqual(['Amanita', 'Röhrling']);
    expect(findings[0]).toMatchObject({
      kind: 'converted',
      reason: expect.stringMatching(/Latin-1/),
    });
    const json = `\uFEFF${JSON.stringify(rows)}`;
    expect((await openTable(await put('bom.json', json))).photos).toHaveLength(12);
  });

  test('counts a photo once, however it is spelled, and leaves out what it contradicts', async () => {
    const list = [
      ...rows,
      { ...rows[0]!, file: './all//0, ü.png' },
      { ...rows[1]!, file: 'all\\1, ü.png', genus: 'Boletus' },
    ];
    const { photos, findings } = await openTable(
      await put('h.csv', csv('file,genus,group', list)),
      {
        leastPerClass: 1,
      },
    );
    expect(photos).toHaveLength(11);
    expect(findings).toEqual([
      {
        kind: 'listed twice',
        subject: 'all/0, ü.png',
        reason: "row 13 lists it again, as './all//0, ü.png'",
      },
      {
        kind: 'quarantined',
        subject: 'all/1, ü.png',
        reason: "row 14: listed as 'Amanita' and as 'Boletus'; it is left out",
      },
    ]);
  });

  test('knows a file by whatever path it is listed: without its ending, absolute, or through a link', async () => {
    await symlink(join(folder, 'all'), join(folder, 'link'));
    const list = [
      ...rows,
      { ...rows[0]!, file: 'all/0, ü' },
      { ...rows[1]!, file: join(folder, rows[1]!.file), genus: 'Boletus' },
      { ...rows[2]!, file: 'link/2, ü.png', genus: 'Boletus' },
    ];
    const { photos, findings } = await openTable(
      await put('l.csv', csv('file,genus,group', list)),
      { leastPerClass: 1 },
    );
    expect(photos.map(({ id }) => id)).toEqual(
      expect.not.arrayContaining(['all/1, ü.png', 'all/2, ü.png']),
    );
    expect(photos).toHaveLength(10);
    expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual([
      'listed twice: all/0, ü',
      `quarantined: ${join(folder, 'all/1, ü.png')}`,
      'quarantined: link/2, ü.png',
    ]);
  });

  test.each(['Image ID,Class Name,g', 'imagePath,className,g', 'filepaths,labels,data_id'])(
    'has its columns in the spelling %s',
    async header => {
      expect((await openTable(await put('m.csv', csv(header)))).photos).toHaveLength(12);
    },
  );

  test('takes of two usual columns the one whose photos are there, and neither of two spellings', async () => {
    const numbered = rows.map(({ file, genus }, index) => ({
      image: index,
      image_path: file,
      genus,
    }));
    const file = await put('n.json', JSON.stringify(numbered));
    expect((await openTable(file)).photos).toHaveLength(12);
    const twice = await put('o.csv', csv('file,Label,label'));
    await expect(openTable(twice)).rejects.toThrow(/columns 'Label' and 'label' for the class/);
    expect((await openTable(twice, { label: 'Label' })).photos).toHaveLength(12);
  });

  test('may come from a spreadsheet, with line ends of two kinds, and as JSON of either kind', async () => {
    const semicolons = [
      'file;genus;a, b, c',
      ...rows.map(({ file, genus }) => `"${file}";${genus};x`),
    ];
    const lines = rows.map(row => JSON.stringify(row)).join('\n');
    const utf16 = Buffer.from(csv('file,genus,group'), 'utf16le');
    for (const [name, content] of [
      ['sep.csv', `sep=;\r\n${semicolons.join('\r\n')}`],
      ['ties.csv', semicolons.join('\n')],
      ['ends.csv', csv('file,genus,group').replace('\r\n', '\n')],
      ['ends2.csv', csv('file,genus,group').replaceAll('\r\n', '\n').replace('\n', '\r\n')],
      ['after.csv', csv('file,genus,group').replaceAll('\r\n', ',,\r\n').concat(',,')],
      ['lines.json', lines],
      ['list.jsonl', JSON.stringify(rows)],
      ['little.csv', utf16],
      ['big.csv', Buffer.from(utf16).swap16()],
    ] as const) {
      const { photos, classes } = await openTable(await put(name, content));
      expect([name, photos.length, classes.length]).toEqual([name, 12, 2]);
    }
  });

  test('says where its photos should be when none is there', async () => {
    const away = rows.map(row => ({ ...row, file: `https://x.org/${row.file}` }));
    const reading = openTable(await put('p.json', JSON.stringify(away)));
    await expect(reading).rejects.toThrow(PhotoSetError);
    await expect(reading).rejects.toThrow(
      /none of its 12 photos exists.*Addresses are not downloaded/,
    );
  });

  test('may give the split in a column "set", where all of it names parts', async () => {
    const named = rows.map((row, index) => ({ ...row, group: index % 3 ? 'TRAIN ' : 'Test' }));
    const given = await openTable(await put('q.csv', csv('file,genus,data set', named)));
    expect(given.photos.filter(({ part }) => part === 'test')).toHaveLength(4);
    const other = await openTable(await put('r.csv', csv('file,genus,set')));
    expect(other.findings).toEqual([]);
  });

  test('merges classes that differ in letter case or Unicode form alone', async () => {
    const spelled = ['Ka\u0308se', 'K\u00e4se', 'k\u00e4se', 'Brot', 'brot', 'BROT'];
    const list = rows.map((row, index) => ({ ...row, genus: spelled[index % 6]! }));
    const { classes, findings } = await openTable(
      await put('i.csv', csv('file,genus,group', list)),
    );
    expect(classes).toHaveLength(2);
    expect(findings.map(({ kind }) => kind)).toEqual(Array(4).fill('classes merged'));
  });

  test('may give the split', async () => {
    const names = ['train', 'Train', 'val', 'test'];
    const list = rows.map((row, index) => ({ ...row, group: names[index % 4]! }));
    const file = await put('j.csv', csv('file,genus,Split', list));
    const { photos, findings } = await openTable(file);
    expect(photos.filter(({ part }) => part === 'train')).toHaveLength(6);
    expect(photos.filter(({ part }) => part === 'validation')).toHaveLength(3);
    expect(findings).toMatchObject([{ kind: 'split given', subject: 'Split' }]);
    const ignored = await openTable(file, { givenSplit: 'ignore' });
    expect(ignored.photos.every(({ part }) => part === undefined)).toBe(true);
    const odd = await put('k.csv', csv('file,genus,split', rows));
    expect((await openTable(odd)).findings).toMatchObject([
      { kind: 'split doubtful', reason: expect.stringMatching(/'finder 0'/) },
    ]);
    await expect(openTable(odd, { givenSplit: 'require' })).rejects.toThrow(/has no split/);
  });

  test('may make groups of several columns', async () => {
    const file = await put('g.csv', csv('file,genus,group'));
    const { photos } = await openPhotos(file, { group: ['genus', 'group'] });
    expect(new Set(photos.map(({ group }) => group)).size).toBe(6);
    expect(photos[0]!.group).toBe('Amanita / finder 0');
    await expect(openPhotos(file, { group: 'who' })).rejects.toThrow(
      /no column 'who' for the group; its first line has 'file', 'genus', 'group'/,
    );
  });

  test('keeps what else it says of a photo: columns of short texts, those of groups among them', async () => {
    const cameras = ['phone', 'reflex', ''];
    const further = rows.map((row, index) => ({
      ...row,
      part: index < 8 ? 'train' : 'test',
      camera: cameras[index % 3],
      year: 2020 + index,
      wet: index % 2 === 0,
      empty: '',
      notes: 'x'.repeat(index === 7 ? 65 : 64),
      box: index === 3 ? [1, 2] : 'none',
      lines: index === 2 ? 'a\nb' : 'a',
    }));
    const json = await put('further.json', JSON.stringify(further));
    const { photos } = await openTable(json, { part: 'part' });
    const of = (index: number) => photos.find(({ id }) => id === further[index]!.file)!.columns;
    expect(of(0)).toEqual({ group: 'finder 0', camera: 'phone', year: '2020', wet: 'true' });
    expect(of(2)).toEqual({ group: 'finder 2', year: '2022', wet: 'true' });

    const list = rows.map(({ file, genus }) => `"${file}",${genus},7,x`);
    const named = ['file,genus,,__proto__', ...list].join('\n');
    const fromCsv = await openTable(await put('further.csv', named));
    expect(Object.entries(fromCsv.photos[0]!.columns!)).toEqual([['__proto__', 'x']]);
  });

  test('keeps 20 columns at most, and none where it has none', async () => {
    const wide = rows.map(({ file, genus }, index) => ({
      ...{ file, genus },
      ...Object.fromEntries(Array.from({ length: 25 }, (_, k) => [`c${k}`, index % 2])),
      constructor: 'mine',
    }));
    const json = await put('wide.json', JSON.stringify(wide));
    const { photos } = await openTable(json, { label: 'genus' });
    expect(Object.keys(photos[0]!.columns!)).toEqual(Array.from({ length: 20 }, (_, k) => `c${k}`));
    const bare = rows.map(({ file, genus }) => ({ file, genus }));
    const set = await openTable(await put('bare.json', JSON.stringify(bare)));
    expect(set.photos.every(photo => !('columns' in photo))).toBe(true);
  });

  test('puts files that are missing into quarantine', async () => {
    const list = [...rows, { file: 'gone.png', genus: 'Amanita', group: 'x' }];
    const { findings } = await openTable(await put('c.csv', csv('file,genus,group', list)));
    expect(findings).toMatchObject([{ kind: 'quarantined', subject: 'gone.png' }]);
    expect(findings[0]!.reason).toMatch(/the file .*gone\.png/);
    const long = { file: 'x'.repeat(5000), genus: 'Amanita', group: 'x' };
    const { photos } = await openTable(
      await put('c2.csv', csv('file,genus,group', [...rows, long])),
    );
    expect(photos).toHaveLength(12);
  });

  test('is used without the rows that lack a class, a path or cells, which are named or counted', async () => {
    const lines = csv('file,genus,group').split('\r\n');
    const text = [...lines, 'x.png,,a', ',Amanita,b', 'y.png,Amanita', 'z,1.png,Amanita,c'];
    const { photos, findings } = await openTable(await put('s.csv', text.join('\n')));
    expect(photos).toHaveLength(12);
    expect(findings.map(({ kind, subject, reason }) => `${kind}: ${subject}: ${reason}`)).toEqual([
      "quarantined: x.png: row 13: 'genus' is empty or not a text; it is left out",
      "quarantined: row 14: row 14: 'file' is empty or not a text; it is left out",
      'quarantined: row 15: row 15: has 2 cells, but the first line has 3; it is left out',
      'quarantined: row 16: row 16: has 4 cells, but the first line has 3; it is left out',
    ]);
    const many = [...rows, ...Array.from({ length: 9 }, () => null)];
    const json = await openTable(await put('s.json', JSON.stringify(many)));
    expect(json.photos).toHaveLength(12);
    expect(json.findings).toEqual([
      {
        kind: 'quarantined',
        subject: '9 rows',
        reason: 'is not an object; left out, the first is row 13',
      },
    ]);
  });

  test.each(['NaN', 'nan', 'null', 'N/A', '#N/A'])('has no class %s', async name => {
    const list = rows.map((row, index) => ({ ...row, genus: index === 3 ? name : row.genus }));
    const { classes, findings } = await openTable(
      await put('na.csv', csv('file,genus,group', list)),
      { leastPerClass: 1 },
    );
    expect(classes).toEqual(['Amanita', 'Boletus']);
    expect(findings).toMatchObject([
      { reason: expect.stringMatching(/row 4: .*is not the name of a class/) },
    ]);
  });

  test.each(['is_train', 'isTestImage', 'test'])(
    'says that %s is not used as the split',
    async name => {
      const list = rows.map((row, index) => ({ ...row, group: String(index % 2) }));
      const { findings } = await openTable(await put('is.csv', csv(`file,genus,${name}`, list)));
      expect(findings).toMatchObject([{ kind: 'split doubtful', subject: name }]);
    },
  );

  test('may lack groups, which is said; a split without a part leaves the photo out', async () => {
    const some = rows.map((row, index) => ({ ...row, group: index === 4 ? '' : row.group }));
    const grouped = await openTable(await put('t.csv', csv('file,genus,group', some)));
    expect(grouped.photos).toHaveLength(12);
    expect(grouped.findings).toMatchObject([
      { kind: 'group missing', subject: 'group', reason: expect.stringMatching(/^1 photos/) },
    ]);
    const parts = rows.map((row, index) => ({ ...row, group: ['', 'test', 'train'][index % 3]! }));
    const list = parts.map((row, index) => ({ ...row, group: index > 3 ? 'train' : row.group }));
    const file = await put('t2.csv', csv('file,genus,split', list));
    const { photos, findings } = await openTable(file, { leastPerClass: 1 });
    expect(photos).toHaveLength(10);
    expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`).slice(0, 3)).toEqual([
      'split given: split',
      'quarantined: all/0, ü.png',
      'quarantined: all/3, ü.png',
    ]);
    await expect(openTable(file, { givenSplit: 'require' })).rejects.toThrow(/'' in column/);
  });

  test('may name the column of the split', async () => {
    const list = rows.map((row, index) => ({ ...row, group: index % 3 ? 'train' : 'test' }));
    const file = await put('u2.csv', csv('file,genus,purpose', list));
    expect((await openTable(file)).photos.every(({ part }) => part === undefined)).toBe(true);
    const { photos } = await openPhotos(file, { part: 'purpose' });
    expect(photos.filter(({ part }) => part === 'test')).toHaveLength(4);
    await expect(openTable(file, { part: 'genus' })).rejects.toThrow(
      /has no split: there is 'Amanita' in column 'genus'/,
    );
    await expect(openTable(file, { part: 'what' })).rejects.toThrow(
      /no column 'what' for the part of the split/,
    );
  });

  test('may lack a header line: the columns are told by what they hold, or named by number', async () => {
    const plain = rows.map(({ file, genus }) => `"${file}",${genus}`).join('\n');
    const { photos, classes, findings } = await openTable(await put('v.csv', plain));
    expect(classes).toEqual(['Amanita', 'Boletus']);
    expect(photos).toHaveLength(12);
    expect(findings).toMatchObject([
      {
        kind: 'columns guessed',
        reason: 'no header line: column 1 is used as the path of a photo, column 2 as the class',
      },
    ]);
    const more = rows.map(({ file, genus, group }) => `${genus};${group};"${file}"`).join('\n');
    const wide = await put('v2.csv', more);
    await expect(openTable(wide)).rejects.toThrow(
      /no header line, and 2 columns in addition.*'file,label', or give the number of the column as the option label/,
    );
    const named = await openTable(wide, { label: '1', group: '2' });
    expect(named.photos.map(({ label }) => label)).toEqual(photos.map(({ label }) => label));
    expect(named.photos[0]!.group).toBe('finder 0');
    const split = rows.map(
      ({ file, genus }, index) => `"${file}",${genus},${index % 3 ? 'train' : 'test'}`,
    );
    const given = await openTable(await put('v3.csv', split.join('\n')));
    expect(given.photos.filter(({ part }) => part === 'test')).toHaveLength(4);
  });

  test('may have a column for each class', async () => {
    const flags = rows.map(({ file, genus }, index) => ({
      image: file,
      Amanita: genus === 'Amanita' ? 1 : 0,
      Boletus: genus === 'Boletus' ? '1.0' : '0.0',
      place: index,
    }));
    const { photos, classes, findings } = await openTable(
      await put('w.json', JSON.stringify([...flags, { ...flags[0], image: 'x', Amanita: 0 }])),
    );
    expect(classes).toEqual(['Amanita', 'Boletus']);
    expect(photos.filter(({ label }) => label === 1)).toHaveLength(6);
    expect(findings).toMatchObject([
      { kind: 'columns guessed', reason: expect.stringMatching(/'Amanita', 'Boletus'$/) },
      { kind: 'quarantined', subject: 'x', reason: expect.stringMatching(/none of its classes/) },
    ]);
  });

  describe('where photos may have several classes', () => {
    /** Photo 0 has both. */
    const both = (index: number, genus: string) => (index === 0 ? ['Amanita', 'Boletus'] : [genus]);
    const expected = rows.map(({ file, genus }, index) => ({
      id: file,
      labels: index === 0 ? [0, 1] : [genus === 'Amanita' ? 0 : 1],
    }));
    const labelsOf = ({ photos }: Awaited<ReturnType<typeof openTable>>) =>
      rows.map(({ file }) => {
        const { id, labels } = photos.find(photo => photo.id === file)!;
        return { id, labels };
      });

    test.each([';', '|', ',', ' and '])(
      'a separator makes a list of a cell: %j',
      async separator => {
        const lines = rows.map(
          ({ file, genus }, index) => `"${file}"\t"${both(index, genus).join(`${separator} `)}"`,
        );
        const file = await put('several.tsv', ['file\tlabel', ...lines].join('\n'));
        const set = await openTable(file, { labelSeparator: separator });
        expect(set.classes).toEqual(['Amanita', 'Boletus']);
        expect(labelsOf(set)).toEqual(expected);
        expect(set.photos.every(({ label, labels }) => label === labels![0])).toBe(true);
        // Without it a cell is one class.
        const whole = await openTable(file, { leastPerClass: 1 });
        expect(whole.classes).toHaveLength(3);
        expect(whole.photos.some(({ labels }) => labels)).toBe(false);
      },
    );

    test('JSON may have lists, and classes that are too small leave photos their others', async () => {
      const lists = rows.map(({ file, genus }, index) => ({
        file,
        label: [...both(index, genus), ...(index < 2 ? ['Russula'] : []), genus],
      }));
      const { labels: _, ...left } = { labels: 0, file: 'y', label: [] };
      const set = await openTable(await put('lists.json', JSON.stringify([...lists, left])));
      expect(set.classes).toEqual(['Amanita', 'Boletus']);
      expect(labelsOf(set)).toEqual(expected);
      expect(set.findings).toMatchObject([
        { kind: 'quarantined', subject: 'y', reason: expect.stringMatching(/'label' is empty/) },
        { kind: 'class left out', subject: 'Russula', reason: expect.stringMatching(/^2 usable/) },
      ]);
    });

    test('columns of 0 and 1 may have several 1 in a row', async () => {
      const flags = rows.map(({ file, genus }, index) => ({
        image: file,
        Amanita: both(index, genus).includes('Amanita') ? 1 : 0,
        Boletus: both(index, genus).includes('Boletus') ? 1 : 0,
        checked: index % 2,
      }));
      const file = await put('flags.json', JSON.stringify(flags));
      const named = await openTable(file, { label: ['Amanita', 'Boletus'] });
      expect(labelsOf(named)).toEqual(expected);
      expect(named.findings).toEqual([]);
      const guessed = await openTable(file);
      expect(guessed.classes).toEqual(['Amanita', 'Boletus', 'checked']);
      expect(guessed.findings[0]!.reason).toMatch(
        /used as a class, and a photo may have several classes, because 7 photos do: 'Amanita', 'Boletus', 'checked'$/,
      );
      const separated = openTable(file, { label: ['Amanita', 'Boletus'], labelSeparator: ';' });
      await expect(separated).rejects.toThrow(/labelSeparator is ';'.*2 columns for the class/);
    });

    test('a photo that is listed under other classes again is left out', async () => {
      const lines = rows.map(({ file, genus }) => `"${file}",${genus}`);
      const again = [`"${rows[3]!.file}",Amanita;Boletus`, `"${rows[4]!.file}",Amanita;Amanita`];
      const file = await put('again.csv', ['file,class', ...lines, ...again].join('\n'));
      const { photos, findings } = await openTable(file, { labelSeparator: ';', leastPerClass: 5 });
      expect(photos).toHaveLength(11);
      expect(findings).toMatchObject([
        { kind: 'listed twice', subject: rows[4]!.file },
        {
          subject: rows[3]!.file,
          reason: expect.stringMatching(/as 'Amanita' and as 'Amanita' and 'B/),
        },
      ]);
    });
  });

  test.each(['\r', '\0', '\u0085', '\x1b'])(
    'is refused where a class or a path holds %j, which no name has',
    async letter => {
      const json = await put(
        'd.json',
        JSON.stringify([...rows, { ...rows[0], genus: `A${letter}b` }]),
      );
      await expect(openTable(json)).rejects.toThrow(PhotoSetError);
      await expect(openTable(json)).rejects.toThrow(
        /row 13: 'genus' holds the control character U\+00/,
      );
      const path = await put('e.json', JSON.stringify([{ ...rows[0], file: `a${letter}b` }]));
      await expect(openTable(path)).rejects.toThrow(/row 1: 'file' holds the control character/);
      // Of several columns for the path, too.
      const two = { ...rows[0], file: `a${letter}b`, image: 'c.png' };
      const both = await put('e2.json', JSON.stringify([two]));
      await expect(openTable(both)).rejects.toThrow(PhotoSetError);
    },
  );

  test('is refused with the row that is wrong', async () => {
    const fails = async (name: string, content: string, message: RegExp) => {
      const reading = openTable(await put(name, content));
      await expect(reading).rejects.toThrow(PhotoSetError);
      await expect(reading).rejects.toThrow(message);
    };
    await fails('d.csv', 'file,class\na.png,\n', /none of its 1 rows.*row 1: 'class' is empty/s);
    await fails('d.csv', 'file,class\na.png\n', /row 1: has 1 cells, but the first line has 2/);
    await fails('d.csv', 'file,class,class\na.png,A,B\n', /has the column 'class' twice/);
    await fails('d.jsonl', '{"file": "a"}\n{', /is not JSON: line 2/);
    await fails('d.csv', 'file,class\n"a.png,A\n', /is not CSV/);
    await fails('d.csv', 'file,class\n', /at least one/);
    await fails('d.json', '{"file": 1}', /should be a list of at least one row/);
    await fails('d.json', '[{"file": {}, "class": "A"}]', /row 1: 'file' is empty or not a text/);
    await fails('d.json', '[', /is not JSON/);
    await expect(openTable(join(folder, 'none.csv'))).rejects.toThrow(/cannot be read: ENOENT/);
  });
});
