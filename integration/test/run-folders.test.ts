import '@shroom/backend-ort';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  openClassifier,
  RunBusyError,
  RunFolderError,
  resume,
  type TrainEvent,
  train,
} from '@shroom/classifier';
import { randomStream, SplitError } from '@shroom/data';
import { openPhotos } from '@shroom/data/node';
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { root } from './program';
import { drawnFolder, drawnPhoto, generatedWeights, side } from './small-job';

const genera = ['Amanita', 'Boletus', 'Russula'] as const;
let folder: string;
let photos: string;
let out: string;
let options: Parameters<typeof train>[1];
let runs = 0;

beforeAll(async () => {
  await setBackend('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-folders-'));
  process.env.SHROOM_CACHE = join(folder, 'cache');
  await drawnFolder(join(folder, 'original'), genera, 12);
  const backbone = await generatedWeights(folder, 'resnet18');
  const small = { size: side, epochs: 3, views: 1, recipe: 'fast', kind: 'drawings' } as const;
  options = { ...small, backbone, architecture: 'resnet18' };
});
beforeEach(async () => {
  runs += 1;
  photos = join(folder, `photos-${runs}`);
  out = join(folder, `run-${runs}`);
  await cp(join(folder, 'original'), photos, { recursive: true });
  options = { ...options, out };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Hashes of all files in a folder by path, except files that contain times. */
async function filesOf(place: string): Promise<Record<string, string>> {
  const entries = await readdir(place, { withFileTypes: true, recursive: true });
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
  const hashes = await Promise.all(
    files.sort().map(async file => {
      const hash = createHash('sha256').update(await readFile(file));
      return [file.slice(place.length + 1), hash.digest('hex')] as const;
    }),
  );
  return Object.fromEntries(hashes);
}

/** Stops a training when a stage has reached the given share. */
function stopAt(stage: string, share: number) {
  const stop = new AbortController();
  return {
    signal: stop.signal,
    onProgress: (progress: { stage: string; done: number; total: number }) => {
      if (progress.stage === stage && progress.done >= share * progress.total)
        stop.abort(new Error('stopped'));
    },
  };
}

test('two trainings in one folder: the second is told, and the first is not disturbed', async () => {
  const first = train(photos, options);
  await new Promise(done => setTimeout(done, 200));
  await expect(train(photos, options)).rejects.toThrow(RunBusyError);
  await expect(resume(out)).rejects.toThrow(/being written by process|nothing to resume/);
  expect((await first).classes).toEqual([...genera]);
  expect(await readdir(out)).not.toContain('.lock');
});

test('a run again that fails leaves the results that were there', async () => {
  await train(photos, options);
  const before = await filesOf(out);
  await expect(train(photos, { ...options, ...stopAt('heat maps', 0.3) })).rejects.toThrow(
    'stopped',
  );
  const after = await filesOf(out);
  for (const [name, hash] of Object.entries(before))
    expect([name, after[name]]).toEqual([name, hash]);
  // A run with other options is trained in a separate folder, and replaces the old run when it is complete.
  const other = { ...options, seed: 5, overwrite: true };
  await expect(train(photos, { ...other, ...stopAt('heat maps', 0.3) })).rejects.toThrow('stopped');
  expect((await filesOf(out))['classifier.json']).toBe(before['classifier.json']);
  const classifier = await openClassifier(out);
  await classifier.dispose();
  const { configuration } = await train(photos, other);
  expect(configuration.seed).toBe(5);
  expect((await filesOf(out))['classifier.json']).not.toBe(before['classifier.json']);
  expect((await readdir(out)).filter(name => name.startsWith('.'))).toEqual([]);
});

test('a run that goes on keeps its split: new photos are left out, and that is said', async () => {
  await expect(train(photos, { ...options, ...stopAt('training', 0.5) })).rejects.toThrow(
    'stopped',
  );
  const split = await readFile(join(out, 'split.json'), 'utf8');
  for (let seed = 100; seed < 106; seed++)
    await drawnPhoto(join(photos, 'Amanita', `${seed}.jpg`), 'Amanita', seed);
  const events: TrainEvent[] = [];
  const run = await resume(out, { onEvent: event => void events.push(event) });
  expect(events).toContainEqual({
    kind: 'notice',
    text: '6 photos are new since the run began; they are not used',
  });
  expect(await readFile(join(out, 'split.json'), 'utf8')).toBe(split);
  const undisturbed = await train(join(folder, 'original'), { ...options, out: `${out}-whole` });
  expect(run.test).toEqual(undisturbed.test);
});

test('photos that are missing or have changed are named, and nothing is trained', async () => {
  await train(photos, options);
  const before = await filesOf(out);
  await rm(join(photos, 'Boletus', '3.jpg'));
  await drawnPhoto(join(photos, 'Russula', '5.jpg'), 'Russula', 77);
  await expect(resume(out)).rejects.toThrow(SplitError);
  await expect(resume(out)).rejects.toThrow(
    /Boletus\/3\.jpg is missing\n.*Russula\/5\.jpg has changed/,
  );
  expect(await filesOf(out)).toEqual(before);
});

test('names from data never become paths, and break neither pictures nor pages', async () => {
  const long = 'long '.repeat(40);
  const names = ['../../../../escaped/pwn', '/pwn', `pwn ${long}`, 'pwn\u0007<script>', 'con/pwn'];
  const set = await openPhotos(photos);
  const renamed = set.photos.map((photo, index) => ({
    ...photo,
    label: [0, 0, 1, 2, 3, 4][index % 6]!,
  }));
  const run = await train({ classes: names, photos: renamed, findings: [], name: 'evil' }, options);
  expect(run.classes).toHaveLength(5);
  const files = Object.keys(await filesOf(folder)).filter(path => /pwn/.test(path));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(file).toMatch(new RegExp(`^run-${runs}/cams/[^/]+\\.png$`));
  const report = await readFile(join(out, 'report.html'), 'utf8');
  expect(report).not.toContain('<script>');
  expect(report).not.toContain('\u0007');
});

test('a folder that cannot be one says what to do', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  await expect(train(photos, { ...options, out: file })).rejects.toThrow(RunFolderError);
  await expect(train(photos, { ...options, out: join(file, 'below') })).rejects.toThrow(
    /is (a|below a) file, not a folder. Give another folder with --out/,
  );
});

test('a run says what it will take before it begins', async () => {
  const events: TrainEvent[] = [];
  await train(photos, { ...options, seed: 9, onEvent: event => void events.push(event) });
  const plan = events.find(event => event.kind === 'plan')?.plan;
  expect(plan).toMatchObject({ views: 36 });
  expect(plan!.bytes).toBe(plan!.missing * (512 * 4 + 20));
  expect(plan!.freeBytes).toBeGreaterThan(plan!.bytes);
});

/** When a training is killed: a stage, and the share of it that is done. */
type Moment = readonly [stage: string, share: number];

/** Kills a training in a folder at several moments, each time the one that goes on. */
async function killAt(moments: readonly Moment[], killed: string): Promise<void> {
  const program = fileURLToPath(new URL('./training-to-kill.ts', import.meta.url));
  await mkdir(killed, { recursive: true });
  const given = JSON.stringify([photos, { ...options, out: killed }]);
  for (const [stage, share] of moments) {
    const child = spawn(process.execPath, ['--import', 'tsx', program, given, stage, `${share}`], {
      cwd: join(root, 'examples'),
    });
    let told = '';
    child.stderr.on('data', chunk => {
      told += chunk;
    });
    const signal = await new Promise(done => child.on('close', (_, by) => done(by)));
    expect([stage, signal], told).toEqual([stage, 'SIGKILL']);
  }
}

/** A cache of its own: what was extracted before a kill must be what is there, not what another run has left. */
async function withNewCache<T>(work: () => Promise<T>): Promise<T> {
  const { SHROOM_CACHE } = process.env;
  process.env.SHROOM_CACHE = `${out}-cache`;
  try {
    return await work();
  } finally {
    process.env.SHROOM_CACHE = SHROOM_CACHE;
  }
}

const stages = ['features', 'training', 'calibration', 'heat maps', 'worse photos'];
const random = randomStream('kills');
const anyMoment = (): Moment => [
  stages[Math.floor(random.between(0, stages.length))]!,
  random.between(0, 1),
];

test.each<[name: string, moments: readonly Moment[][]]>([
  [
    'three times',
    [
      [
        ['features', 0.5],
        ['training', 0.5],
        ['heat maps', 0.5],
      ],
    ],
  ],
  // `npm run test:long`
  ...(process.env.SHROOM_SLOW
    ? [
        ['at 20 random moments', Array.from({ length: 20 }, () => [anyMoment()])] as [
          string,
          Moment[][],
        ],
      ]
    : []),
])(
  'killed %s, it ends with the very same files',
  async (_, all) => {
    const whole = await train(photos, options);
    const expected = await filesOf(out);
    for (const [index, moments] of all.entries())
      await withNewCache(async () => {
        const killed = `${out}-killed-${index}`;
        await killAt(moments, killed);
        const run = await resume(killed);
        expect(run.test).toEqual(whole.test);
        const found = await filesOf(killed);
        for (const name of Object.keys(expected))
          if (
            /^(checkpoints|cams|cams-by-epoch)\/.*\.(safetensors|png)$|predictions|confusion/.test(
              name,
            )
          )
            expect([moments, name, found[name]]).toEqual([moments, name, expected[name]]);
        const lines = (await readFile(join(killed, 'history.jsonl'), 'utf8')).trim().split('\n');
        expect(lines.map(line => JSON.parse(line).epoch)).toEqual([1, 2, 3]);
        await rm(killed, { recursive: true });
        await rm(`${out}-cache`, { recursive: true, force: true });
      });
  },
  1_800_000,
);
