import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawMushroom } from '@shroom/drawn';
import sharp, { type Sharp } from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  extendSplit,
  kFolds,
  type Photo,
  type PhotoSet,
  type Split,
  splitAsGiven,
  splitByClass,
  splitByGroup,
  splitNames,
  toManifest,
} from '../../src/index';
import { openArchive, openFolder, openTable } from '../../src/node/index';
import { zip } from './zip';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shroom-copies-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
  await rm(`${root}.zip`, { force: true });
});

const drawings = new Map<number, Uint8Array>();
const drawn = (seed: number): Sharp => {
  const side = 112;
  const pixels = drawings.get(seed) ?? drawMushroom('Amanita', { seed, size: side }).pixels;
  drawings.set(seed, pixels);
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
};
async function put(path: string, picture: Sharp): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await picture.toFile(join(root, path));
}
/** The folder's files as an archive, which lies beside it. */
async function zipped(below = ''): Promise<string> {
  const names = await readdir(join(root, below), { recursive: true, withFileTypes: true });
  const files = names.filter(entry => entry.isFile());
  const members = await Promise.all(
    files.map(async ({ parentPath, name }) => ({
      name: relative(join(root, below), join(parentPath, name)),
      bytes: await readFile(join(parentPath, name)),
    })),
  );
  const path = `${root}.zip`;
  await writeFile(path, zip(members));
  return path;
}
const shrunk = (seed: number) => drawn(seed).resize(70).jpeg({ quality: 50 });
const cut = (seed: number) =>
  drawn(seed).extract({ left: 9, top: 0, width: 100, height: 101 }).jpeg({ quality: 80 });
const partsOf = ({ photos }: Pick<PhotoSet, 'photos'>, split: Split) =>
  new Map(splitNames.flatMap(name => split[name].map(index => [photos[index]!.id, name])));

/** Two classes of twelve, and of some photos copies of many kinds. */
async function putSet(): Promise<void> {
  for (let seed = 0; seed < 12; seed++) {
    await put(`A/${seed}.png`, drawn(seed));
    await put(`B/${seed}.png`, drawn(100 + seed));
  }
}
async function putCopies(): Promise<void> {
  await put('A/1 small.jpg', shrunk(1));
  await put('A/1 on its side.jpg', drawn(1).rotate(90).jpeg());
  await put('A/2 cut.jpg', cut(2));
  await put('B/3 mirrored.webp', drawn(103).flop().webp({ quality: 60 }));
  await put('B/not A 5.jpg', shrunk(5));
  await put('B/7 the same.png', drawn(107));
}
const ids = [
  ['A/1 on its side.jpg', 'A/1 small.jpg', 'A/1.png'],
  ['A/2 cut.jpg', 'A/2.png'],
  ['A/5.png', 'B/not A 5.jpg'],
  ['B/3 mirrored.webp', 'B/3.png'],
  ['B/7 the same.png', 'B/7.png'],
];

describe('copies in a set', () => {
  test('are told with their places, and stay in one part of any split', async () => {
    await putSet();
    await putCopies();
    const set = await openFolder(root);
    const flags = { acrossClasses: false, acrossParts: false };
    expect(set.copies).toEqual([
      { kind: 'near', photos: ids[0], ...flags },
      { kind: 'near', photos: ids[1], ...flags },
      { kind: 'near', photos: ids[2], ...flags, acrossClasses: true },
      { kind: 'near', photos: ids[3], ...flags },
      { kind: 'exact', photos: ids[4], ...flags },
    ]);
    expect(set.findings).toEqual([]);
    // Nothing of what they were found by is kept.
    const keys = new Set(set.photos.flatMap(photo => Object.keys(photo)));
    expect([...keys].sort()).toEqual(['id', 'label', 'origin', 'sameAs', 'sha256']);
    for (let seed = 0; seed < 8; seed++)
      for (const split of [
        splitByClass(set.photos, { seed }),
        splitByGroup(set.photos, { seed }),
      ]) {
        const parts = partsOf(set, split);
        expect(parts.size).toBe(30);
        for (const group of ids) expect(new Set(group.map(id => parts.get(id))).size).toBe(1);
        // 15 of each class: 10, 3 and 2, as far as groups allow.
        const counts = splitNames.map(name => split[name].length);
        for (const [index, count] of [20, 6, 4].entries())
          expect(Math.abs(counts[index]! - count)).toBeLessThanOrEqual(1);
      }
    const folds = kFolds(set.photos, { folds: 3 });
    const foldOf = (id: string) =>
      folds.findIndex(fold => fold.some(index => set.photos[index]!.id === id));
    for (const group of ids) expect(new Set(group.map(foldOf)).size).toBe(1);
  });

  test('exact looks for the same bytes alone', async () => {
    await putSet();
    await putCopies();
    const { copies, photos } = await openFolder(root, { copies: 'exact' });
    expect(copies?.map(({ photos }) => photos)).toEqual([ids[4]]);
    expect(photos.some(({ sameAs }) => sameAs !== undefined)).toBe(false);
  });

  test('of a table are found as in a folder', async () => {
    await putSet();
    await putCopies();
    const rows = (await openFolder(root)).photos.map(({ id, label }) => `${id},${'AB'[label]}`);
    await writeFile(join(root, 'photos.csv'), ['file,class', ...rows].join('\n'));
    const { copies } = await openTable(join(root, 'photos.csv'));
    expect(copies?.map(({ photos }) => photos)).toEqual(ids);
  });

  test('of a zip are found as in a folder, also across its split', async () => {
    await putSet();
    await putCopies();
    const inZip = await openArchive(await zipped());
    expect(inZip.copies?.map(({ photos }) => photos)).toEqual(ids);
    const { photos } = await openFolder(root);
    const facts = (set: Pick<PhotoSet, 'photos'>) =>
      set.photos.map(({ id, sha256, sameAs }) => ({ id, sha256, sameAs }));
    expect(facts(inZip)).toEqual(facts({ photos }));
    const split = splitByClass(inZip.photos);
    const parts = partsOf(inZip, split);
    for (const group of ids) expect(new Set(group.map(id => parts.get(id))).size).toBe(1);
    for (const [part, name] of ['train/A/1.png', 'train/B/2.png', 'test/A/5.png'].entries())
      await put(`given/${name}`, drawn(300 + part));
    await put('given/test/B/4.png', drawn(400));
    await put('given/train/B/leak.jpg', shrunk(302));
    const given = await openArchive(await zipped('given'), { leastPerClass: 1 });
    expect(given.findings.filter(({ kind }) => kind === 'leak')).toMatchObject([
      { subject: 'train/B/leak.jpg', reason: expect.stringMatching(/as test\/A\/5.png in test/) },
    ]);
  });

  test('pictures with a side of fewer than 32 pixels are compared byte for byte', async () => {
    await putSet();
    for (const [name, side] of [
      ['31', 31],
      ['32', 32],
    ] as const) {
      await put(`A/${name}.png`, drawn(50 + side).resize(side, side));
      await put(
        `A/${name} again.jpg`,
        drawn(50 + side)
          .resize(side, side)
          .jpeg(),
      );
    }
    const { copies } = await openFolder(root);
    expect(copies?.map(({ photos }) => photos)).toEqual([['A/32 again.jpg', 'A/32.png']]);
  });

  test('a chain through the set is cut, and it is told where', async () => {
    await putSet();
    // A window that moves over a wide picture: each is nearly the next, the first is nothing like the last.
    const strip = await sharp({
      create: { width: 700, height: 112, channels: 3, background: '#000' },
    })
      .composite(
        await Promise.all(
          [200, 201, 202, 203, 204, 205, 206].map(async (seed, index) => ({
            input: await drawn(seed).png().toBuffer(),
            left: 100 * index,
            top: 0,
          })),
        ),
      )
      .png()
      .toBuffer();
    const count = 30;
    for (let step = 0; step < count; step++) {
      const window = { left: 8 * step, top: 0, width: 112, height: 112 };
      await put(`A/window ${10 + step}.png`, sharp(strip).extract(window));
    }
    const { photos, copies = [], findings } = await openFolder(root);
    const most = Math.max(2, Math.floor(0.05 * photos.length));
    for (const group of copies) expect(group.photos.length).toBeLessThanOrEqual(most);
    const cuts = findings.filter(({ kind }) => kind === 'chain cut');
    expect(cuts.length).toBeGreaterThan(0);
    const [one, other] = cuts[0]!.subject.split(', ') as [string, string];
    const groupOf = (id: string) => copies.find(group => group.photos.includes(id));
    expect(groupOf(one) === undefined || groupOf(one) !== groupOf(other)).toBe(true);
    const photo = photos.find(({ id }) => id === one)!;
    expect(photo.cutFrom).toContain(other);
    expect(cuts[0]!.reason).toMatch(/they may be in different parts/);
  });
});

describe('near copies across a given split', () => {
  test('are left out of training and validation, and told', async () => {
    for (const [part, first, count] of [
      ['train', 0, 10],
      ['val', 20, 4],
      ['test', 40, 4],
    ] as const)
      for (let seed = first; seed < first + count; seed++) {
        await put(`${part}/A/${seed}.png`, drawn(seed));
        await put(`${part}/B/${seed}.png`, drawn(100 + seed));
      }
    await put('train/A/leak.jpg', shrunk(41));
    await put('train/B/same bytes.png', drawn(142));
    await put('train/A/of validation.jpg', drawn(22).flop().jpeg());
    await put('val/B/leak.jpg', cut(143));
    await put('train/A/harmless.jpg', shrunk(3));
    const set = await openFolder(root);
    const leaks = set.findings.filter(({ kind }) => kind === 'leak');
    expect(leaks.map(({ subject, reason }) => `${subject}: ${reason}`)).toEqual([
      'train/A/leak.jpg: nearly the same picture as test/A/41.png in test; this copy is left out of train',
      'train/A/of validation.jpg: nearly the same picture as val/A/22.png in validation; this copy is left out of train',
      'train/B/same bytes.png: the same bytes as test/B/42.png in test; this copy is left out of train',
      'val/B/leak.jpg: nearly the same picture as test/B/43.png in test; this copy is left out of validation',
    ]);
    const { train, validation, test } = splitAsGiven(set.photos);
    expect([train.length, validation.length, test.length]).toEqual([21, 8, 8]);
    expect(set.copies?.map(({ photos }) => photos)).toEqual([
      ['train/A/3.png', 'train/A/harmless.jpg'],
    ]);
    const exact = await openFolder(root, { copies: 'exact' });
    expect(exact.findings.filter(({ kind }) => kind === 'leak')).toHaveLength(1);
  });
});

describe('a set that grows', () => {
  test('never takes a near copy of a test photo into training', async () => {
    await putSet();
    const before = await openFolder(root);
    const split = splitByClass(before.photos);
    const manifest = toManifest(before, split, { rule: '', seed: 0 });
    const then = partsOf(before, split);
    for (let seed = 0; seed < 12; seed++) {
      await put(`A/${seed} more.jpg`, seed % 2 === 0 ? shrunk(seed) : cut(seed));
      await put(
        `B/${seed} more.jpg`,
        drawn(100 + seed)
          .rotate(270)
          .jpeg(),
      );
    }
    const now = await openFolder(root);
    const extended = extendSplit(manifest, now);
    expect(extended.added).toHaveLength(24);
    const parts = partsOf(now, extended.split);
    for (const [id, part] of then) {
      expect(parts.get(id)).toBe(part);
      expect(parts.get(id.replace('.png', ' more.jpg'))).toBe(part);
    }
  });

  test('nor one that a chain was cut from', () => {
    const photo = (name: string, more: Partial<Photo> = {}): Photo => ({
      id: name,
      label: 0,
      sha256: name,
      origin: { kind: 'file', path: name },
      ...more,
    });
    const old = Array.from({ length: 20 }, (_, index) => photo(`old ${index}`));
    const split = splitByClass(old);
    const manifest = toManifest({ classes: ['A'], photos: old }, split, { rule: '', seed: 0 });
    const tested = old[split.test[0]!]!.id;
    const now = [
      ...old,
      photo('new', { sameAs: 'new', cutFrom: [tested] }),
      photo('its copy', { sameAs: 'new' }),
    ];
    const extended = extendSplit(manifest, { classes: ['A'], photos: now });
    expect(extended.split.test).toEqual(expect.arrayContaining([20, 21]));
  });
});

const photographs = fileURLToPath(new URL('../../../../../shared/mushrooms', import.meta.url));
test.skipIf(!existsSync(photographs))(
  'of real photographs at least 95 % of the copies are found, and no different photos are joined',
  async () => {
    const set = await openFolder(photographs, { copies: 'exact' });
    const some = set.photos.filter((_, index) => index % 25 === 0);
    for (const { id, origin } of some) {
      if (origin.kind !== 'file') continue;
      const pixels = sharp(await readFile(origin.path), { autoOrient: true }).removeAlpha();
      const { width, height } = await pixels.metadata();
      const share = Math.sqrt(0.8);
      const [w, h] = [Math.ceil(share * width), Math.ceil(share * height)];
      await mkdir(dirname(join(root, id)), { recursive: true });
      await symlink(origin.path, join(root, id));
      const box = { left: width - w, top: 0, width: w, height: h };
      await pixels
        .clone()
        .extract(box)
        .jpeg()
        .toFile(join(root, `${id}.cut`));
      await pixels
        .clone()
        .resize(90)
        .jpeg({ quality: 30 })
        .toFile(join(root, `${id}.small`));
      await pixels
        .clone()
        .rotate(90)
        .webp()
        .toFile(join(root, `${id}.turned`));
    }
    const { copies = [] } = await openFolder(root, { leastPerClass: 1 });
    const groupOf = new Map(copies.flatMap(({ photos }) => photos.map(id => [id, photos])));
    for (const kind of ['cut', 'small', 'turned']) {
      const found = some.filter(({ id }) => groupOf.get(id)?.includes(`${id}.${kind}`));
      expect(found.length / some.length, kind).toBeGreaterThanOrEqual(0.95);
    }
    const strange = copies.filter(
      ({ photos }) => new Set(photos.map(id => id.replace(/\.(cut|small|turned)$/, ''))).size > 1,
    );
    expect(strange).toEqual([]);
  },
);
