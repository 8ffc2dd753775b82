// Divides a job into 40 shards on a real Slurm cluster of four nodes on this machine, while workers are killed, tasks are cancelled and
// requeued, and nodes are drained and lost. Compares the result with that of one shard, prints tables of what happened, and with --guide
// writes them into docs/guide/scale.md.
//
//   apt-get install slurm-wlm munge
//   npm run test:slurm -- --guide
import '@tensorflow/tfjs-backend-cpu';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  mergeShards,
  planShards,
  type ShardStatus,
  shardStatus,
  workShard,
} from '@shroom/classifier';
import { genera } from '@shroom/drawn';
import { loadBackbone } from '@shroom/models/node';
import { root } from '../test/program';
import { drawnPhoto, generatedWeights } from '../test/small-job';
import { untrainedRun } from '../test/untrained';
import { type Cluster, startCluster } from './cluster';
import { table, writeInGuide } from './guide';

const { values: asked } = parseArgs({ options: { guide: { type: 'boolean', default: false } } });
const [shards, perShard, block, nodes] = [40, 30, 5, 4];
const size = [160, 160] as const;
const engine = 'ort';
const script = join(root, 'examples/cluster/shards.sbatch');

const folder = await mkdtemp(join(tmpdir(), 'shroom-slurm-'));
/** A row of the table for each thing that was done to the cluster. */
const events: [what: string, on: string, done: number][] = [];
let plan = '';

/** Photos, an untrained classifier, and the command, which tasks call by its name. */
async function prepare(): Promise<NodeJS.ProcessEnv> {
  const photos = join(folder, 'photos');
  await mkdir(photos);
  for (let seed = 0; seed < shards * perShard; seed++)
    await drawnPhoto(join(photos, `${seed}.jpg`), genera[seed % genera.length]!, seed);
  await writeFile(join(photos, '77.jpg'), 'no photo');
  const weights = await generatedWeights(folder, 'resnet18');
  const backbone = await loadBackbone('resnet18', weights, { size, license: 'none' });
  const run = await untrainedRun(join(folder, 'run'), ['Amanita', 'Boletus', 'Russula'], backbone);
  const of = (count: number) =>
    planShards('predict', photos, {
      ...{ run, shards: count, block, engine, out: join(folder, `${count}.plan`) },
    });
  plan = (await of(shards)).path;
  await of(1);
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const program = join(root, 'packages/classifier/dist/command/shroom.js');
  await writeFile(join(bin, 'shroom'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  await chmod(join(bin, 'shroom'), 0o755);
  return { ...process.env, PATH: `${bin}:${process.env.PATH}` };
}

const home = (shard: number) => join(`${plan}.shards`, String(shard).padStart(5, '0'));

/** Shards that a worker is doing and that have stored at least one block, so that there is something to lose. */
async function inTheMiddle({ running }: ShardStatus): Promise<number[]> {
  const found: number[] = [];
  for (const shard of running) {
    const [blocks] = (await readdir(home(shard))).filter(name => name.startsWith('blocks-'));
    const stored = blocks ? await readdir(join(home(shard), blocks)) : [];
    if (stored.length > 0 && stored.length < perShard / block - 1) found.push(shard);
  }
  return found;
}

/** What is done to the cluster, each when that many shards are done. */
function disturbances(
  { slurm }: Cluster,
  job: string,
): readonly (readonly [done: number, what: string, act: (shard: number) => Promise<string>])[] {
  const kill = async (shard: number) => {
    const { pid } = JSON.parse(await readFile(join(home(shard), '.lock'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    return `shard ${shard}`;
  };
  const task =
    (command: string, ...args: string[]) =>
    async (shard: number) => {
      await slurm(command, [...args, `${job}_${shard}`]);
      return `shard ${shard}`;
    };
  const node = (name: string, state: string) => async () => {
    // A node that was down comes back when its daemon reports again.
    const [is = ''] = (await slurm('sinfo', ['-h', '-n', name, '-o', '%t'])).split('\n');
    if (state === 'RESUME' && /^(idle|mix|alloc)$/.test(is)) return `node ${name}, by itself`;
    await slurm('scontrol', ['update', `NodeName=${name}`, `State=${state}`, 'Reason=test']);
    return `node ${name}`;
  };
  const cancel = task('scancel');
  const requeue = task('scontrol', 'requeue');
  return [
    [1, 'worker killed (SIGKILL)', kill],
    [3, 'task cancelled (scancel)', cancel],
    [5, 'task requeued', requeue],
    [7, 'worker killed (SIGKILL)', kill],
    [9, 'node drained', node('n3', 'DRAIN')],
    [11, 'task requeued', requeue],
    [13, 'node lost (down)', node('n2', 'DOWN')],
    [15, 'worker killed (SIGKILL)', kill],
    [17, 'task cancelled (scancel)', cancel],
    [19, 'node back', node('n3', 'RESUME')],
    [20, 'node back', node('n2', 'RESUME')],
    [22, 'worker killed (SIGKILL)', kill],
  ];
}

/** Submits the shards as an array, and waits until no task is left. */
async function submit(cluster: Cluster, array: string): Promise<string> {
  const args = ['--parsable', `--array=${array}`, '--cpus-per-task=1', '--mem=0'];
  const job = (await cluster.slurm('sbatch', [...args, script, plan])).trim();
  events.push([`submitted --array=${array}`, `job ${job}`, (await shardStatus(plan)).done.length]);
  return job;
}

async function idle({ slurm }: Cluster): Promise<boolean> {
  return (await slurm('squeue', ['-h'])).trim() === '';
}

async function disturbed(cluster: Cluster, job: string): Promise<void> {
  const todo = [...disturbances(cluster, job)];
  while (!(await idle(cluster))) {
    await pause(100);
    const [next] = todo;
    const status = await shardStatus(plan);
    if (!next || status.done.length < next[0]) continue;
    const [, what, act] = next;
    const isOfNode = what.startsWith('node');
    const [shard] = isOfNode ? [0] : await inTheMiddle(status);
    if (shard === undefined) continue;
    todo.shift();
    const on = await act(shard).catch((error: Error) => `missed: ${error.message.split('\n')[0]}`);
    events.push([what, on, status.done.length]);
  }
}

const env = await prepare();
Object.assign(process.env, env);
const cluster = await startCluster(folder, nodes);
try {
  const begin = performance.now();
  await disturbed(cluster, await submit(cluster, `0-${shards - 1}`));
  for (let round = 0; round < 5; round++) {
    const { failed, missing } = await shardStatus(plan);
    const left = [...failed.map(({ shard }) => shard), ...missing].sort((a, b) => a - b);
    if (left.length === 0) break;
    await submit(cluster, left.join(','));
    while (!(await idle(cluster))) await pause(500);
  }
  const seconds = (performance.now() - begin) / 1000;
  const merged = await mergeShards(plan);
  const one = join(folder, '1.plan');
  await workShard(one, { shard: 0 });
  const whole = await mergeShards(one);
  const [found, expected] = await Promise.all([merged, whole].map(({ path }) => readFile(path)));
  const logs = await Promise.all(
    Array.from({ length: shards }, (_, shard) => readFile(join(home(shard), 'log.txt'), 'utf8')),
  );
  const attempts = logs.map(log => [
    ...log.matchAll(/shard \d+ of \d+: \d+ photos(?:, (\d+) of them)?/g),
  ]);
  const kept = attempts.flat().reduce((sum, [, count]) => sum + Number(count ?? 0), 0);
  const stops = logs.join('').match(/stopped \(/g)?.length ?? 0;
  const same = found!.equals(expected!);
  const figures = {
    'shards done': `${merged.shards} of ${shards}`,
    'photos, each with one row': `${found!.toString().trimEnd().split('\n').length - 1}`,
    'of them unreadable': `${merged.unread}`,
    'attempts at shards': `${attempts.flat().length}`,
    'photos that later attempts took over': `${kept}`,
    'attempts that ended by SIGTERM and released their shard': `${stops}`,
    'wall time': `${Math.round(seconds)} s`,
    'same bytes as one shard on one machine': same ? 'yes' : 'no',
  };
  const tables = `${table(['what', 'on', 'shards done'], events)}\n${table(['figure', ''], Object.entries(figures))}`;
  console.log(tables);
  const missed = events.some(([, on]) => on.startsWith('missed'));
  const all = disturbances(cluster, '').length;
  const isWhole = events.filter(([what]) => !what.startsWith('submitted')).length === all;
  if (!same || missed || !isWhole || attempts.flat().length <= shards) process.exitCode = 1;
  else if (asked.guide) await writeInGuide(tables);
} finally {
  await cluster.stop();
  if (process.exitCode) console.error(`The files are in ${folder}.`);
  else await rm(folder, { recursive: true, force: true });
}
