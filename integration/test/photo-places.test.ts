import '@tensorflow/tfjs-backend-cpu';
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeShards, openClassifier, planShards, workShard } from '@shroom/classifier';
import { genera } from '@shroom/drawn';
import { loadBackbone } from '@shroom/models/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf } from '../../packages/classifier/src/command/output';
import { FileServer } from '../../packages/data/test/node/servers/file-server';
import { outcomeOf, root } from './program';
import { drawnPhoto, generatedWeights, side } from './small-job';
import { untrainedRun } from './untrained';

const program = join(root, 'packages/classifier/dist/command/shroom.js');
const classes = ['Amanita', 'Boletus', 'Russula'];
const engine = 'ort';
let folder: string;
let run: string;
let plain: readonly (readonly string[])[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-places-'));
  for (let seed = 0; seed < 18; seed++) {
    await mkdir(join(folder, 'photos', classes[seed % 3]!), { recursive: true });
    const path = join(folder, 'photos', classes[seed % 3]!, `${seed}.jpg`);
    await drawnPhoto(path, genera[seed % 3]!, seed);
  }
  const backbone = await loadBackbone('resnet18', await generatedWeights(folder, 'resnet18'), {
    size: [side, side],
    license: 'none',
  });
  run = await untrainedRun(join(folder, 'run'), classes, backbone);
  plain = await predicted('plain', 'photos');
  await shroom(['pack', 'photos', '--out', 'tars', '--photos', '5']);
  await shroom(['pack', 'photos', '--out', 'parquet', '--format', 'parquet', '--photos', '8']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the built command in the folder, and returns its result. */
async function shroom<Result>(args: readonly string[], input = ''): Promise<Result> {
  const child = spawn(process.execPath, [program, ...args, '--json', '--quiet'], { cwd: folder });
  const outcome = outcomeOf(child);
  child.stdin.end(input);
  const { code, stdout, stderr } = await outcome;
  expect(code, stderr + stdout).toBe(0);
  const line = JSON.parse(stdout);
  expect(faultsOf(line)).toEqual([]);
  return line.result as Result;
}

/** The rows of a plan in three shards: the name of each photo, and its other cells. */
async function predicted(name: string, ...places: string[]): Promise<string[][]> {
  const here = places.map(place => (/^\w+:/.test(place) ? place : join(folder, place)));
  const out = join(folder, `${name}.plan`);
  const { path } = await planShards('predict', here, { run, shards: 3, block: 3, out, engine });
  for (let shard = 0; shard < 3; shard++) await workShard(path, { shard });
  const text = await readFile((await mergeShards(path)).path, 'utf8');
  const rows = text.trimEnd().split('\n').slice(1);
  return rows.map(row => [row.slice(0, row.indexOf(',')), row.slice(row.indexOf(','))]);
}

const answers = (rows: readonly (readonly string[])[]) => rows.map(([, cells]) => cells).sort();

test('plans over archives, Parquet and a server give the answers of the plain photos', async () => {
  expect(await readdir(join(folder, 'tars'))).toHaveLength(8);
  const inTars = await predicted('tars', 'tars/photos-{000000..000003}.tar');
  expect(answers(inTars)).toEqual(answers(plain));
  expect(inTars[0]![0]).toMatch(/tars\/photos-000000\.tar\/Amanita\/0\.jpg$/);
  expect(answers(await predicted('parquet', 'parquet/*.parquet'))).toEqual(answers(plain));
  const server = new FileServer();
  for (const name of await readdir(join(folder, 'tars')))
    server.files.set(`/set/${name}`, await readFile(join(folder, 'tars', name)));
  const url = await server.start();
  server.faults.push({ status: 503 }, { cutAfter: 10 });
  expect(answers(await predicted('server', `${url}/set/`))).toEqual(answers(plain));
  await server.stop();
});

test('an inspection in shards finds the same in archives', async () => {
  const concernsOf = async (name: string, place: string) => {
    const out = join(folder, `${name}.plan`);
    const { path } = await planShards('inspect', join(folder, place), { shards: 2, out });
    for (let shard = 0; shard < 2; shard++) await workShard(path, { shard });
    const { path: result } = await mergeShards(path);
    const text = await readFile(join(result, 'inspection.json'), 'utf8');
    const { photos, counts } = JSON.parse(text) as { photos: { sha256: string }[]; counts: object };
    return { hashes: photos.map(({ sha256 }) => sha256).sort(), counts };
  };
  expect(await concernsOf('inspected-tars', 'tars/*.tar')).toEqual(
    await concernsOf('inspected', 'photos'),
  );
});

test('an archive that changes after the plan gives rows that say so', async () => {
  await cp(join(folder, 'tars'), join(folder, 'changing'), { recursive: true });
  const out = join(folder, 'changing.plan');
  const place = join(folder, 'changing', 'photos-000000.tar');
  const { path } = await planShards('predict', place, { run, shards: 1, out, engine, hash: true });
  const bytes = await readFile(place);
  bytes[1000] = bytes[1000]! ^ 255;
  await writeFile(place, bytes);
  expect(await workShard(path, { shard: 0 })).toMatchObject({ photos: 5, unread: 1 });
});

test('the commands take archives and lists on standard input', async () => {
  const { photos } = await shroom<{ photos: { photo: string }[] }>(
    ['predict', run, '-'],
    'photos/Amanita/0.jpg\ntars/photos-000001.tar\n',
  );
  expect(photos.map(({ photo }) => photo)[0]).toBe('photos/Amanita/0.jpg');
  expect(photos).toHaveLength(6);
  const inspected = await shroom<{ photos: number }>([
    'inspect',
    'tars/*.tar',
    'parquet/*.parquet',
  ]);
  expect(inspected.photos).toBe(36);
  await rm(join(folder, 'tars', 'photos-000000.tar.index'));
  const { indexes } = await shroom<{ indexes: { photos: number }[] }>([
    'index',
    'tars/photos-{000000..000001}.tar',
  ]);
  expect(indexes.map(({ photos }) => photos)).toEqual([5, 5]);
});

test('a photo of an archive is explained', async () => {
  const classifier = await openClassifier(run);
  const { name, origin } = await firstOf(join(folder, 'tars', 'photos-000000.tar'));
  const [found] = await classifier.explain({ name, origin });
  expect(found!.photo).toBe(name);
  expect((await found!.toPng()).subarray(1, 4)).toEqual(Buffer.from('PNG'));
  await classifier.dispose();
});

async function firstOf(place: string) {
  const { findPhotos } = await import('@shroom/data/node');
  for await (const photo of findPhotos(place)) return photo;
  throw new Error('no photo');
}

test('a list on standard input is answered while it is still being written, and Ctrl+C ends it', async () => {
  const child = spawn(process.execPath, [program, 'predict', run, '-'], { cwd: folder });
  child.stdin.on('error', () => {});
  child.stdin.write('photos/Amanita/0.jpg\n'.repeat(1100));
  const answer = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', part => resolve(String(part)));
    child.once('close', () => reject(new Error('it ended without an answer')));
  });
  expect(answer).toContain('photos/Amanita/0.jpg');
  const code = new Promise(resolve => child.once('close', resolve));
  child.kill('SIGINT');
  expect(await code).toBe(130);
});
