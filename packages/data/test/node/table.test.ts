import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
async function put(name: string, content: string): Promise<string> {
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
      /no column 'file' or 'path' or 'image' for the path of a photo; it has where, what, who/,
    );
    const set = await openTable(file, { path: 'where', label: 'what', group: 'who' });
    expect(set.photos.map(({ group }) => group).slice(0, 3)).toContain('finder 1');
  });

  test('may make groups of several columns', async () => {
    const file = await put('g.csv', csv('file,genus,group'));
    const { photos } = await openPhotos(file, { group: ['genus', 'group'] });
    expect(new Set(photos.map(({ group }) => group)).size).toBe(6);
    expect(photos[0]!.group).toBe('Amanita / finder 0');
    await expect(openPhotos(file, { group: 'who' })).rejects.toThrow(
      /no column 'who' for the group; it has file, genus, group/,
    );
  });

  test('puts files that are missing into quarantine', async () => {
    const list = [...rows, { file: 'gone.png', genus: 'Amanita', group: 'x' }];
    const { findings } = await openTable(await put('c.csv', csv('file,genus,group', list)));
    expect(findings).toMatchObject([{ kind: 'quarantined', subject: 'gone.png' }]);
    expect(findings[0]!.reason).toMatch(/ENOENT/);
  });

  test('is refused with the row that is wrong', async () => {
    const fails = async (name: string, content: string, message: RegExp) => {
      const reading = openTable(await put(name, content));
      await expect(reading).rejects.toThrow(PhotoSetError);
      await expect(reading).rejects.toThrow(message);
    };
    await fails('d.csv', 'file,class\na.png,A\nb.png,\n', /row 2: 'class' is empty/);
    await fails('d.csv', 'file,class\na.png,A\na.png,B\n', /row 2: 'a.png' is listed twice/);
    await fails('d.csv', 'file,class\n"a.png,A\n', /is not CSV/);
    await fails('d.csv', 'file,class\n', /at least one/);
    await fails('d.json', '{"file": 1}', /should be a list of rows/);
    await fails('d.json', '[{"file": {}, "class": "A"}]', /row 1: 'file' is empty or no text/);
    await fails('d.json', '[', /is not JSON/);
    await expect(openTable(join(folder, 'none.csv'))).rejects.toThrow(/cannot be read: ENOENT/);
  });
});
