import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlanError } from '../../src/errors';
import { photosOf } from '../../src/shards/photos';
import { boundsOf, entriesOf, openPlan, writePlan } from '../../src/shards/plan-file';
import type { PlanEntry, PlanHead } from '../../src/shards/schema';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const facts: Omit<PlanHead, 'format' | 'version' | 'shards' | 'photos'> = {
  work: { what: 'predict', views: 1 },
  root: '/photos',
  classifier: { address: '/runs/pets', sha256: 'a'.repeat(64), weights: ['b'.repeat(64)] },
  engine: 'ort',
  versions: { pixels: '1' },
  block: 64,
};
const entries: PlanEntry[] = Array.from({ length: 7 }, (_, index) => ({
  id: index === 3 ? 'Täubling,\n"x".jpg' : `${index}.jpg`,
  bytes: 100 + index,
}));
const written = (shards = 3, name = 'pets.plan') =>
  writePlan(join(folder, name), facts, entries, shards);

test('each photo is in exactly one shard, in the order of the list', async () => {
  const { path } = await written();
  const plan = await openPlan(path);
  expect(plan.head.shards.map(({ photos }) => photos)).toEqual([2, 2, 3]);
  const all = await Promise.all([0, 1, 2].map(shard => entriesOf(plan, shard)));
  expect(all.flat()).toEqual(entries);
  expect(boundsOf(7, 3)).toEqual([0, 2, 4, 7]);
  expect(plan.head.work).toEqual(facts.work);
});

test('the same photos and options are the same plan; anything else has another hash', async () => {
  const first = await written();
  expect((await written()).sha256).toBe(first.sha256);
  expect((await written(3, 'again.plan')).sha256).toBe(first.sha256);
  expect((await written(4, 'other.plan')).sha256).not.toBe(first.sha256);
  const changed = entries.with(6, { id: '6.jpg', bytes: 1 });
  const other = await writePlan(join(folder, 'third.plan'), facts, changed, 3);
  expect(other.sha256).not.toBe(first.sha256);
  await expect(written(4)).rejects.toThrow(/another plan is there.*--out/);
});

test('what is no plan, of another version, or damaged is refused, and said', async () => {
  const path = join(folder, 'pets.plan');
  await expect(openPlan(path)).rejects.toThrow('there is no such plan');
  await writeFile(path, 'photos');
  await expect(openPlan(path)).rejects.toThrow('this is no plan');
  await expect(openPlan(join(path, 'x'))).rejects.toThrow('there is no such plan');
  await expect(written()).rejects.toThrow(/something else is there.*--out/);
  await writeFile(path, '{"format":"shroom-plan","version":2}\n');
  await expect(openPlan(path)).rejects.toThrow(/has version 2; this package reads version 1/);
  await writeFile(path, '{"format":"shroom-plan","version":1,"photos":-1}\n');
  await expect(openPlan(path)).rejects.toThrow(PlanError);
  await rm(path);
  await written();
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"bytes":105', '"bytes":106'));
  const plan = await openPlan(path);
  expect(await entriesOf(plan, 0)).toHaveLength(2);
  await expect(entriesOf(plan, 2)).rejects.toThrow('the photos of shard 2 are damaged');
  await appendFile(path, 'more');
  expect((await openPlan(path)).sha256).toBe(plan.sha256);
});

test('an incomplete plan is refused, and so is one whose shards have other sizes than it says', async () => {
  const { path } = await written();
  const text = await readFile(path, 'utf8');
  const refused = async (content: string, why: string | RegExp) => {
    await writeFile(path, content);
    await expect(openPlan(path)).rejects.toThrow(PlanError);
    await expect(openPlan(path)).rejects.toThrow(why);
  };
  await refused(text.slice(0, -1), /it has \d+ bytes instead of \d+: it is incomplete/);
  await refused(
    text.replace(/"bytes":\d+/, '"bytes":9000000000000'),
    'bytes instead of 9000000000',
  );
  await refused(text.replace('"photos":2', '"photos":1'), 'other photos than it says');
  await refused(text.replace('"photos":7', '"photos":8'), 'other photos than it says');
  await rm(path);
  await mkdir(path);
  await expect(openPlan(path)).rejects.toThrow('this is a folder, not a plan');
});

test('lines that are no photos are refused, though their hash is right', async () => {
  const { path } = await written(1);
  const text = await readFile(path, 'utf8');
  const forged = async (lines: string) => {
    const [first = ''] = text.split('\n', 1);
    const head = JSON.parse(first);
    const sha256 = createHash('sha256').update(lines).digest('hex');
    const shards = [{ photos: 7, bytes: lines.length, sha256 }];
    await writeFile(path, `${JSON.stringify({ ...head, shards })}\n${lines}`);
    return entriesOf(await openPlan(path), 0);
  };
  await expect(forged('{"id":"a"}\n'.repeat(6))).rejects.toThrow('there are 6 lines instead of 7');
  await expect(forged('photo\n'.repeat(7))).rejects.toThrow(PlanError);
  expect(await forged('{"id":"a"}\n'.repeat(7))).toHaveLength(7);
});

test('a photo may be a file elsewhere or in a zip, and places that other sources add keep the version', async () => {
  const zip = { kind: 'archive', path: 'photos.zip', offset: 0, compressedSize: 9, size: 9 };
  const other = { kind: 'lmdb', url: 's3://bucket/00001.lmdb', key: 512 };
  const mixed: PlanEntry[] = [
    { id: 'a/b.jpg' },
    { id: 'c', from: { kind: 'file', path: '/elsewhere/c.jpg' } },
    { id: 'd.jpg', from: { ...zip, compressed: false, crc32: 1 } },
    { id: 'f', from: { kind: 'tar', path: 's3://bucket/1.tar', offset: 512, size: 9 } },
    { id: 'g', from: { kind: 'parquet', path: 'g.parquet', column: 'image', row: 3 } },
    { id: 'h', from: { kind: 'remote', path: 'https://example.org/h.jpg' } },
    { id: 'e.jpg', from: other, bytes: 9000 },
  ];
  const { path } = await writePlan(join(folder, 'mixed.plan'), facts, mixed, 1);
  const read = await entriesOf(await openPlan(path), 0);
  expect(read).toEqual(mixed);
  const places = photosOf(path, read.slice(0, 6), '/mnt', 40).map(({ number, origin }) => [
    number,
    origin.path,
  ]);
  expect(places).toEqual([
    [40, '/mnt/a/b.jpg'],
    [41, '/elsewhere/c.jpg'],
    [42, '/mnt/photos.zip'],
    [43, 's3://bucket/1.tar'],
    [44, '/mnt/g.parquet'],
    [45, 'https://example.org/h.jpg'],
  ]);
  expect(() => photosOf(path, read, '/mnt', 40)).toThrow(
    /'e.jpg' is in a place of the kind 'lmdb', which this version does not read/,
  );
});
