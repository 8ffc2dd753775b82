import '@tensorflow/tfjs-backend-cpu';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  ForeignShardError,
  inspect,
  mergeShards,
  openClassifier,
  openFeatureFolder,
  PlanError,
  type PlanOptions,
  planShards,
  ShardBusyError,
  shardStatus,
  UnfinishedShardsError,
  workShard,
} from '@shroom/classifier';
import { openPhotos } from '@shroom/data/node';
import { genera } from '@shroom/drawn';
import { decodeNpy, toHalf } from '@shroom/formats';
import { loadBackbone } from '@shroom/models/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf } from '../../packages/classifier/src/command/output';
import { type Outcome, root } from './program';
import { drawnPhoto, generatedWeights, side } from './small-job';
import { untrainedRun } from './untrained';

const program = join(root, 'packages/classifier/dist/command/shroom.js');
const classes = ['Amanita', 'Boletus', 'Russula'];
const engine = 'ort';
let folder: string;
let run: string;
let photos: string;
let table: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-shards-'));
  photos = join(folder, 'photos');
  await drawnFolderOf20();
  const backbone = await loadBackbone('resnet18', await generatedWeights(folder, 'resnet18'), {
    size: [side, side],
    license: 'none',
  });
  run = await untrainedRun(join(folder, 'run'), classes, backbone);
  // The plain job: one shard on one machine.
  const plan = await planned('plain', 1);
  await workShard(plan, { shard: 0 });
  table = await readFile((await mergeShards(plan)).path, 'utf8');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** 18 photos in folders, one whose end is missing, and a text. */
async function drawnFolderOf20(): Promise<void> {
  for (const name of classes) await mkdir(join(photos, name), { recursive: true });
  for (let seed = 0; seed < 18; seed++)
    await drawnPhoto(join(photos, classes[seed % 3]!, `${seed}.jpg`), genera[seed % 3]!, seed);
  const whole = await readFile(join(photos, 'Amanita/0.jpg'));
  await writeFile(join(photos, 'Russula/half.jpg'), whole.subarray(0, whole.length / 2));
  await writeFile(join(photos, 'notes.txt'), 'no photo');
}

const planned = async (name: string, shards: number, block = 3) => {
  const out = join(folder, `${name}.plan`);
  return (await planShards('predict', photos, { run, shards, block, out, engine })).path;
};

/** Starts the built command. */
function shroom(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  return { child, outcome: outcomeOf(child) };
}

const outcomeOf = (child: ChildProcess) =>
  new Promise<Outcome & { readonly signal: string | null }>((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout!.on('data', part => {
      stdout += part;
    });
    child.stderr!.on('data', part => {
      stderr += part;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });

async function resultOf(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = await shroom([...args, '--json', '--quiet'], env).outcome;
  expect(code, stderr).toBe(0);
  const line = JSON.parse(stdout);
  expect(faultsOf(line)).toEqual([]);
  return line.result;
}

/** The cells of each row of a table with 11 columns, of which only the last may have commas. */
const parse = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map(line => line.split(','))
    .map(cells => [...cells.slice(0, 10), cells.slice(10).join(',').replace(/^"|"$/g, '')]);

const foldersOf = async (plan: string) => (await readdir(`${plan}.shards`)).sort();

describe('predictions in shards', () => {
  test('give each photo one row, as the classifier answers, and bad ones a row that says why', async () => {
    const [header, ...rows] = parse(table);
    expect(header!.join()).toBe(
      'photo,part,truth,prediction,sure,novelty,known,Amanita,Boletus,Russula,error',
    );
    expect(rows).toHaveLength(20);
    const names = rows.map(([photo]) => photo);
    expect(names).toEqual([...names].sort());
    const bad = rows.filter(row => row.at(-1) !== '');
    expect(bad.map(([photo]) => photo)).toEqual(['Russula/half.jpg', 'notes.txt']);
    expect(bad[1]!.at(-1)).toContain('not a picture');
    expect(bad.flatMap(row => row.slice(1, -1)).join('')).toBe('');
    const good = rows.filter(row => row.at(-1) === '');
    const classifier = await openClassifier(run);
    const answers = await classifier.predict(good.map(([photo]) => join(photos, photo!)));
    await classifier.dispose();
    for (const [index, { class: name, sure, probabilities }] of answers.entries()) {
      expect(good[index]!.slice(3, 5)).toEqual([name, `${sure}`]);
      for (const [k, each] of classes.entries())
        expect(Number(good[index]![7 + k])).toBeCloseTo(probabilities[each]!, 5);
    }
  });

  test('in five shards are the same bytes as in one; before that, merging names what is missing', async () => {
    const plan = await planned('five', 5);
    for (const shard of [0, 1, 3]) await workShard(plan, { shard });
    const early = mergeShards(plan);
    await expect(early).rejects.toThrow(UnfinishedShardsError);
    await expect(early).rejects.toMatchObject({ shards: [2, 4] });
    await expect(early).rejects.toThrow('2 of 5 shards are not done: 2,4.');
    expect(existsSync(join(folder, 'five.csv'))).toBe(false);
    expect(await shardStatus(plan)).toMatchObject({ done: [0, 1, 3], missing: [2, 4], failed: [] });
    const found = await resultOf(['work', plan], { SLURM_ARRAY_TASK_ID: '2' });
    expect(found).toMatchObject({ what: 'predict', shard: 2, shards: 5, photos: 4, kept: 0 });
    expect((await resultOf(['status', plan])).missing).toEqual([4]);
    await resultOf(['work', plan], { JOB_COMPLETION_INDEX: '4' });
    const merged = await resultOf(['merge', plan]);
    expect(merged).toMatchObject({ photos: 20, shards: 5, unread: 2 });
    expect(await readFile(merged.path, 'utf8')).toBe(table);
  });

  test('a shard that is done is not done again', async () => {
    const plan = await planned('five', 5);
    await rm(photos, { recursive: true });
    try {
      expect(await workShard(plan, { shard: 1 })).toMatchObject({ photos: 4, kept: 4 });
    } finally {
      await drawnFolderOf20();
    }
  });

  test('go on from the last whole block after a kill, and after SIGTERM', async () => {
    const plan = await planned('killed', 1, 1);
    const blocks = async () =>
      (await readdir(join(`${plan}.shards/00000`)).catch(() => [])).find(name =>
        name.startsWith('blocks-'),
      );
    const stored = async () => {
      const name = await blocks();
      return name
        ? (await readdir(join(`${plan}.shards/00000`, name))).filter(each => /^\d+$/.test(each))
            .length
        : 0;
    };
    for (const [signal, least] of [
      ['SIGKILL', 2],
      ['SIGTERM', 7],
    ] as const) {
      const { child, outcome } = shroom(['work', plan, '--shard', '0']);
      while ((await stored()) < least && child.exitCode === null) await pause(2);
      child.kill(signal);
      const ended = await outcome;
      expect([ended.code, ended.signal]).toEqual(signal === 'SIGKILL' ? [null, signal] : [1, null]);
      expect(await stored()).toBeLessThan(20);
      expect((await shardStatus(plan)).missing).toEqual([0]);
    }
    const kept = await stored();
    expect(kept).toBeGreaterThanOrEqual(7);
    // A block that was cut is done again.
    await writeFile(join(`${plan}.shards/00000`, (await blocks())!, '0'), '{"lines":["a');
    expect(await workShard(plan, { shard: 0 })).toMatchObject({ photos: 20, kept: kept - 1 });
    expect(await readFile((await mergeShards(plan)).path, 'utf8')).toBe(table);
    const log = await readFile(join(`${plan}.shards/00000/log.txt`), 'utf8');
    expect(log).toMatch(/stopped \(Stopped by SIGTERM/);
    expect(log).toMatch(
      new RegExp(`20 photos, ${kept - 1} of them done before\\n.*: done, 2 photos`),
    );
  });

  test('two workers on one shard: one does it, the other waits for it or yields', async () => {
    const plan = await planned('two', 1, 1);
    const both = [0, 1].map(() => shroom(['work', plan, '--shard', '0', '--json', '--quiet']));
    const outcomes = await Promise.all(both.map(({ outcome }) => outcome));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    const kept = outcomes.map(({ stdout }) => JSON.parse(stdout).result.kept);
    expect(kept.sort((a, b) => a - b)).toEqual([0, 20]);
    expect(await readFile((await mergeShards(plan)).path, 'utf8')).toBe(table);
    const other = await planned('busy', 1, 1);
    const working = workShard(other, { shard: 0 });
    while (!existsSync(join(`${other}.shards/00000/.lock`))) await pause(2);
    expect((await shardStatus(other)).running).toEqual([0]);
    await expect(workShard(other, { shard: 0, wait: 0 })).rejects.toThrow(ShardBusyError);
    await working;
  });

  test('of a changed and of a lost photo say so, and a changed one of the same size if there are hashes', async () => {
    const changed = join(folder, 'changed');
    await cp(photos, changed, { recursive: true });
    const out = join(folder, 'changed.plan');
    const hashed = join(folder, 'hashed.plan');
    await planShards('predict', changed, { run, shards: 2, out, engine });
    await planShards('predict', changed, { run, shards: 2, out: hashed, hash: true, engine });
    await rm(join(changed, 'Amanita/3.jpg'));
    await cp(join(photos, 'Boletus/1.jpg'), join(changed, 'Boletus/4.jpg'));
    const bytes = await readFile(join(changed, 'Boletus/7.jpg'));
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(join(changed, 'Boletus/7.jpg'), bytes);
    const errors = async (plan: string) => {
      for (const shard of [0, 1]) await workShard(plan, { shard });
      const rows = parse(await readFile((await mergeShards(plan)).path, 'utf8'));
      expect(rows).toHaveLength(21);
      return rows.slice(1).flatMap(row => (row.at(-1) ? [`${row[0]}: ${row.at(-1)}`] : []));
    };
    const found = await errors(out);
    expect(found).toHaveLength(4);
    expect(found[0]).toBe('Amanita/3.jpg: there is no such file');
    expect(found[1]).toMatch(
      /^Boletus\/4.jpg: has changed since the plan was made: it has \d+ bytes/,
    );
    expect((await errors(hashed))[2]).toMatch(/^Boletus\/7.jpg: has changed.*hash is another/);
  });

  test('of another plan are refused, and damaged ones', async () => {
    const plan = await planned('foreign', 2);
    for (let shard = 0; shard < 2; shard++) await workShard(plan, { shard });
    const [first, second] = await foldersOf(plan);
    const other = `${await planned('plain', 1)}.shards/00000`;
    const home = join(`${plan}.shards`, first!);
    await rm(home, { recursive: true });
    await cp(other, home, { recursive: true });
    for (const work of [mergeShards(plan), shardStatus(plan), workShard(plan, { shard: 0 })])
      await expect(work).rejects.toThrow(/00000 belongs to another plan than .*Remove this folder/);
    await rm(home, { recursive: true });
    await cp(join(`${plan}.shards`, second!), home, { recursive: true });
    await expect(mergeShards(plan)).rejects.toThrow('has shard 1, not 0');
    await rm(home, { recursive: true });
    await workShard(plan, { shard: 0 });
    const rows = join(home, 'rows');
    await writeFile(rows, (await readFile(rows, 'utf8')).replace('false', 'true'));
    await expect(mergeShards(plan)).rejects.toThrow(ForeignShardError);
    expect(existsSync(join(folder, 'foreign.csv'))).toBe(false);
  });

  test('a shard that fails says why in its log, and goes on when the cause is gone', async () => {
    const plan = await planned('failing', 2);
    const file = join(run, 'classifier.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('Untrained', 'Another'));
    try {
      await expect(workShard(plan, { shard: 1 })).rejects.toThrow(PlanError);
      const { failed, missing } = await shardStatus(plan);
      expect(missing).toEqual([0]);
      expect(failed[0]).toMatchObject({ shard: 1, name: 'PlanError' });
      expect(failed[0]!.message).toContain('another classifier.json than when the plan was made');
      expect(await readFile(failed[0]!.log, 'utf8')).toContain('failed: PlanError');
    } finally {
      await writeFile(file, text);
    }
    await workShard(plan, { shard: 1 });
    expect((await shardStatus(plan)).failed).toEqual([]);
  });
});

/** All files of a folder by their names. */
async function filesOf(place: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(place, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const files = await Promise.all(names.map(name => readFile(name)));
  return new Map(names.map((name, index) => [name.slice(place.length + 1), files[index]!]));
}

describe('in shards and at once', () => {
  test('an inspection is the same', async () => {
    const out = join(folder, 'inspection.plan');
    await cp(join(photos, 'Amanita/0.jpg'), join(photos, 'Boletus/copy.jpg'));
    try {
      await planShards('inspect', photos, { shards: 3, out });
      for (const shard of [2, 0, 1]) await workShard(out, { shard });
      const merged = await mergeShards(out);
      expect(merged).toMatchObject({ what: 'inspect', photos: 20, unread: 1 });
      const { concerns, duplicates } = await inspect(photos, { out: join(folder, 'at-once') });
      expect(concerns.map(({ subject }) => subject)).toContain('Russula/half.jpg');
      expect(duplicates.length).toBeGreaterThan(0);
      expect(await filesOf(merged.path)).toEqual(await filesOf(join(folder, 'at-once')));
    } finally {
      await rm(join(photos, 'Boletus/copy.jpg'));
    }
  });

  test('hashes are the same, and their index opens as the photos do, without reading one', async () => {
    const place = join(folder, 'hashed');
    await cp(photos, place, { recursive: true });
    await cp(join(place, 'Amanita/0.jpg'), join(place, 'Boletus/copy.jpg'));
    const indexed = async (shards: number) => {
      const out = join(folder, `hash-${shards}.plan`);
      await planShards('hash', place, { shards, out, block: 2, labeled: true });
      for (let shard = 0; shard < shards; shard++) await workShard(out, { shard });
      return mergeShards(out);
    };
    const [one, four] = [await indexed(1), await indexed(4)];
    expect(four).toMatchObject({ what: 'hash', photos: 20, unread: 1, copies: 1 });
    expect(four.path).toBe(join(folder, 'hash-4.photos'));
    expect(await readFile(four.path, 'utf8')).toBe(await readFile(one.path, 'utf8'));
    const least = { copies: 'exact', leastPerClass: 1 } as const;
    const plain = await openPhotos(place, least);
    await rm(place, { recursive: true });
    const { photos: lazy, findings, ...set } = await openPhotos(four.path, least);
    const isAbsent = ({ kind }: (typeof findings)[number]) => kind === 'photos absent';
    expect(findings.filter(isAbsent)).toMatchObject([{ subject: four.path }]);
    const others = findings.filter(finding => !isAbsent(finding));
    expect({ ...set, photos: [...lazy], findings: others }).toEqual(plain);
  });

  test('names that look like addresses are those of files', async () => {
    const place = join(folder, 'colons');
    for (const name of ['genus:a', 'https:b']) {
      await mkdir(join(place, name), { recursive: true });
      await cp(join(photos, 'Amanita/0.jpg'), join(place, name, 'img-10:20.jpg'));
    }
    for (const labeled of [true, false]) {
      const out = join(folder, `colons-${labeled}.plan`);
      const { missing } = await planShards('hash', place, { shards: 1, out, labeled });
      expect(missing).toBe(0);
      expect(await workShard(out, { shard: 0 })).toMatchObject({ photos: 2, unread: 0 });
      const { path } = await mergeShards(out);
      const again = join(folder, `colons-again-${labeled}.plan`);
      expect((await planShards('hash', path, { shards: 1, out: again, labeled })).missing).toBe(0);
      expect(await workShard(again, { shard: 0 })).toMatchObject({ photos: 2, unread: 0 });
    }
  });

  test('a plan of an index has its hashes, and reads no photo for them', async () => {
    const place = join(folder, 'changing');
    await cp(join(photos, 'Amanita'), place, { recursive: true });
    const out = join(folder, 'any.plan');
    const plan = ['plan', 'hash', '--data', place, '--shards', '2', '--out', out];
    expect(await resultOf(plan)).toMatchObject({ what: 'hash', photos: 6 });
    for (const shard of ['0', '1']) await resultOf(['work', out, '--shard', shard]);
    const { path } = await resultOf(['merge', out]);
    const names = (await readdir(place)).sort();
    const hashes = await Promise.all(
      names.map(async name =>
        createHash('sha256')
          .update(await readFile(join(place, name)))
          .digest('hex'),
      ),
    );
    const table = async (data: string, name: string) => {
      const to = join(folder, `${name}.plan`);
      const { missing } = await planShards('predict', data, { run, shards: 1, out: to, engine });
      expect(missing).toBe(0);
      const [, ...entries] = (await readFile(to, 'utf8')).trim().split('\n');
      expect(entries.map(entry => JSON.parse(entry).sha256)).toEqual(hashes);
      const { unread } = await workShard(to, { shard: 0 });
      return unread;
    };
    expect(await table(path, 'index-unchanged')).toBe(0);
    const bytes = await readFile(join(place, '3.jpg'));
    bytes[bytes.length - 3] = bytes.at(-3)! ^ 1;
    await writeFile(join(place, '3.jpg'), bytes);
    expect(await table(path, 'index-changed')).toBe(1);
    const found = await resultOf(['predict', run, path]);
    expect(found.photos).toHaveLength(6);
  });

  test.each(['features', 'explain'] as const)('%s have the same bytes', async what => {
    const few = join(photos, 'Russula');
    const merged = async (shards: number) => {
      const out = join(folder, `${what}-${shards}.plan`);
      await planShards(what, few, { run, shards, out, engine, block: 2 });
      for (let shard = 0; shard < shards; shard++) await workShard(out, { shard });
      const { path, unread, photos: count } = await mergeShards(out);
      expect([count, unread]).toEqual([7, 1]);
      return filesOf(path);
    };
    const one = await merged(1);
    expect(await merged(2)).toEqual(one);
    if (what === 'explain') {
      expect(one.size).toBe(7);
      expect(
        parse(`${one.get('explanations.csv')}`)
          .at(-1)!
          .join(),
      ).toMatch(/^half.jpg,,,,,,,\S/);
      return;
    }
    const { shape, values } = decodeNpy(one.get('features.npy')!);
    expect(shape).toEqual([7, 512]);
    const rows = Array.from({ length: 7 }, (_, row) => values[512 * row] as number);
    expect(rows.map(Number.isNaN)).toEqual([...Array(6).fill(false), true]);
    expect(`${one.get('photos.csv')}`).toMatch(/^photo,class,part,error\n.*\nhalf.jpg,,,\S.*\n$/s);
  });

  test('features of several views in 16 bits are those of 32 bits, rounded, and open with their classes', async () => {
    await cp(join(photos, 'Amanita/0.jpg'), join(photos, 'Russula/copy.jpg'));
    const how = { run, engine, block: 2, labeled: true, views: 3 } as const;
    const merged = async (name: string, options: Partial<PlanOptions['features']>) => {
      const out = join(folder, `${name}.plan`);
      const { shards } = await planShards('features', photos, {
        ...{ ...how, shards: 1, ...options, out },
      });
      for (let shard = 0; shard < shards; shard++) await workShard(out, { shard });
      return (await mergeShards(out)).path;
    };
    try {
      const half = await merged('half', { dtype: 'float16', augment: 'crops' });
      const again = { dtype: 'float16', augment: 'crops', shards: 3 } as const;
      expect(await filesOf(await merged('half-3', again))).toEqual(await filesOf(half));
      const npy = async (place: string) => {
        const { shape, values } = decodeNpy(await readFile(join(place, 'features.npy')));
        return { shape, values: values as Float32Array };
      };
      const crops = await npy(await merged('crops', { augment: 'crops' }));
      expect(crops.shape).toEqual([20, 3, 512]);
      const bytes = await readFile(join(half, 'features.npy'));
      const expected = toHalf(crops.values);
      expect(bytes.subarray(-expected.byteLength)).toEqual(Buffer.from(expected.buffer));
      const view = (values: ArrayLike<number>, photo: number, index: number, views = 3) =>
        Array.from({ length: 512 }, (_, at) => values[(photo * views + index) * 512 + at]!);
      const flips = await npy(await merged('flips', {}));
      const plain = await npy(await merged('plain-features', { views: 1 }));
      expect(plain.shape).toEqual([20, 512]);
      const of = (name: string) => names.indexOf(name);
      const names = (await readFile(join(half, 'photos.csv'), 'utf8'))
        .split('\n')
        .slice(1)
        .map(line => line.split(',')[0]!);
      // View 0 is the photo itself; the others are varied, in each way otherwise, and the same for copies of a photo.
      const [first, copy] = [of('Amanita/0.jpg'), of('Russula/copy.jpg')];
      for (const { values } of [crops, flips]) {
        expect(view(values, first, 0)).toEqual(view(plain.values, first, 0, 1));
        expect(view(values, first, 1)).not.toEqual(view(values, first, 0));
        expect(view(values, first, 2)).not.toEqual(view(values, first, 1));
        expect(view(values, copy, 2)).toEqual(view(values, first, 2));
      }
      expect(view(crops.values, first, 2)).not.toEqual(view(flips.values, first, 2));
      expect(view(flips.values, of('Russula/half.jpg'), 2).every(Number.isNaN)).toBe(true);
      const opened = await openFeatureFolder(half);
      expect(opened).toMatchObject({ classes, skipped: 1, all: { views: 3, shape: [512] } });
      expect(opened.all.labels).toHaveLength(19);
      await opened.close();
    } finally {
      await rm(join(photos, 'Russula/copy.jpg'));
    }
  });

  test('options of another work are refused', async () => {
    const how = { run, shards: 1, out: join(folder, 'odd.plan') };
    await expect(planShards('features', photos, { ...how, views: 65 })).rejects.toThrow(/^views: /);
    const columns = planShards('features', photos, { ...how, columns: { label: 'Art' } });
    await expect(columns).rejects.toThrow(/they need labeled/);
    const dtype = planShards('features', photos, { ...how, dtype: 'int8' as never });
    await expect(dtype).rejects.toThrow(/^dtype: /);
  });
});
