import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { drawMushroom, type Genus } from '@shroom/drawn';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  groupDuplicates,
  type Inspection,
  type PhotoSet,
  splitByGroup,
  splitNames,
} from '../../src/index';
import { inspect, openFolder, renderInspection } from '../../src/node/index';

let root: string;
let set: PhotoSet;
let inspection: Inspection;

const drawn = (genus: Genus, seed: number) => {
  const { pixels, width, height } = drawMushroom(genus, { seed, size: 96 });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
};
async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shroom-inspect-'));
  for (let seed = 0; seed < 8; seed++) {
    await put(`Amanita/${seed}.png`, await drawn('Amanita', seed).png().toBuffer());
    await put(`Boletus/${seed}.png`, await drawn('Boletus', seed).png().toBuffer());
  }
  await put('Amanita/copy <of> 3.png', await drawn('Amanita', 3).png().toBuffer());
  await put('Boletus/stolen.png', await drawn('Amanita', 5).png().toBuffer());
  await put('Boletus/small jpeg of 7.jpg', await drawn('Boletus', 7).resize(80).jpeg().toBuffer());
  await put('Boletus/tiny.png', await drawn('Boletus', 20).resize(40, 40).png().toBuffer());
  await put(
    'Boletus/wide.png',
    await drawn('Boletus', 21).resize(300, 70, { fit: 'fill' }).png().toBuffer(),
  );
  await put('Boletus/broken.jpg', 'nothing');
  await put('Russula/only.png', await drawn('Russula', 1).png().toBuffer());
  set = await openFolder(root, { leastPerClass: 1 });
  inspection = await inspect(set);
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

describe('an inspection', () => {
  test('knows the facts of every photo', () => {
    expect(inspection.counts).toEqual({ Amanita: 9, Boletus: 12, Russula: 1 });
    const wide = inspection.photos.find(({ id }) => id === 'Boletus/wide.png');
    expect(wide).toMatchObject({ class: 'Boletus', width: 300, height: 70, format: 'png' });
  });

  test('finds the same file within and across classes, and nearly the same picture', () => {
    const flags = { acrossParts: false };
    expect(inspection.duplicates).toEqual([
      {
        kind: 'exact',
        photos: ['Amanita/3.png', 'Amanita/copy <of> 3.png'],
        acrossClasses: false,
        ...flags,
      },
      {
        kind: 'exact',
        photos: ['Amanita/5.png', 'Boletus/stolen.png'],
        acrossClasses: true,
        ...flags,
      },
      {
        kind: 'near',
        photos: ['Boletus/7.png', 'Boletus/small jpeg of 7.jpg'],
        acrossClasses: false,
        ...flags,
      },
    ]);
  });

  test('lists what is odd, and suggests what not to train on', () => {
    const concerns = inspection.concerns.map(({ kind, subject }) => `${kind}: ${subject}`);
    expect(concerns).toEqual([
      'not portable: Amanita/copy <of> 3.png',
      'unusable: Boletus/broken.jpg',
      'tiny: Boletus/tiny.png',
      'extreme aspect: Boletus/wide.png',
      'imbalance: Russula',
    ]);
    expect(inspection.quarantine).toEqual([
      'Boletus/broken.jpg',
      'Amanita/copy <of> 3.png',
      'Amanita/5.png',
      'Boletus/stolen.png',
    ]);
  });

  test('finds what is in two parts of a split, and groups keep it together', async () => {
    const index = (id: string) => set.photos.findIndex(photo => photo.id === id);
    const split = { train: [index('Amanita/3.png')], validation: [], test: [] };
    const rest = set.photos.map((_, place) => place).filter(place => place !== split.train[0]);
    const leaking = await inspect(set, { split: { ...split, test: rest } });
    const leaks = leaking.duplicates.filter(({ acrossParts }) => acrossParts);
    expect(leaks.map(({ photos }) => photos[0])).toEqual(['Amanita/3.png']);

    const grouped = groupDuplicates(set.photos, inspection.duplicates).filter(
      photo => photo.label < 2,
    );
    const whole = splitByGroup(grouped, { seed: 1 });
    for (const { photos } of inspection.duplicates) {
      const parts = photos.map(id =>
        splitNames.find(name => whole[name].some(place => grouped[place]!.id === id)),
      );
      expect(new Set(parts).size).toBe(1);
    }
  });

  test('looks at generated pictures too', async () => {
    const module = new URL('./checkers.mjs', import.meta.url).href;
    const origin = { kind: 'generated', module, args: { shade: 9 } } as const;
    const photos = [{ id: 'a', label: 0, sha256: 'ab', origin }];
    const { photos: facts } = await inspect({ classes: ['A'], photos, findings: [] });
    expect(facts).toMatchObject([{ class: 'A', width: 60, height: 40, format: 'generated' }]);
  });

  test('groups that photos have already are joined by their duplicates', () => {
    const photos = [
      { id: 'a', group: 'x' },
      { id: 'b', group: 'x' },
      { id: 'c', group: 'y' },
      { id: 'd', group: 'z' },
      { id: 'e' },
    ];
    const tie = {
      kind: 'near',
      photos: ['b', 'c'],
      acrossClasses: false,
      acrossParts: false,
    } as const;
    const groups = groupDuplicates<{ id: string; group?: string }>(photos, [tie]);
    expect(groups.map(({ group }) => group)).toEqual(['x', 'x', 'x', 'z', undefined]);
  });

  test('says which photos have vanished since they were inspected', async () => {
    const photos = set.photos.map(photo =>
      photo.id === 'Russula/only.png'
        ? { ...photo, origin: { kind: 'file', path: join(root, 'none.png') } as const }
        : photo,
    );
    const html = await renderInspection(inspection, { ...set, photos });
    expect(html).toContain('<figure><p>cannot be read any more</p><figcaption>only.png<');
    expect(html.match(/cannot be read any more/g)).toHaveLength(1);
  });

  test('is shown on a page that loads nothing and quotes names', async () => {
    const html = await renderInspection(inspection, set, { perClass: 5, title: 'A & B' });
    expect(html).toMatch(/<h1>A &#38; B<\/h1>/);
    expect(html).not.toMatch(/https?:|<of>/);
    expect(html).toMatch(/copy &#60;of&#62; 3\.png/);
    // 5 and 5 and 1 on the sheets, 6 in groups of duplicates.
    expect(html.match(/<img src="data:image\/jpeg;base64,/g)).toHaveLength(17);
    expect(html).not.toMatch(/undefined/);
  });

  test('touches no file, reports progress, and can be stopped', async () => {
    const before = (await readdir(root, { recursive: true })).length;
    const seen: number[] = [];
    await inspect(set, { onProgress: ({ done }) => seen.push(done) });
    expect(seen.at(-1)).toBe(22);
    expect((await readdir(root, { recursive: true })).length).toBe(before);
    const stopped = inspect(set, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(stopped).rejects.toThrow('enough');
  });
});
