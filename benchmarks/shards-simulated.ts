// Plays a job of 100,000,000 photos on 1,000 machines that may be taken away, for several sizes of shards, and prints how long it takes and
// how much work is wasted. The seconds that the work takes are measured ones (`--photo`, `--start`, `--merge`); what happens to machines
// is assumed, and printed with the table.
//
//   npx tsx benchmarks/shards-simulated.ts --photo 0.04 --start 1.7 --merge 0.001
import { parseArgs } from 'node:util';
import { randomStream } from '@shroom/data';

const { values } = parseArgs({
  options: {
    photo: { type: 'string' },
    start: { type: 'string' },
    merge: { type: 'string' },
    'per-request': { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});
const measured = (name: 'photo' | 'start' | 'merge'): number => {
  const seconds = Number(values[name]);
  if (seconds > 0) return seconds;
  throw new RangeError(`--${name} should be the measured seconds, not ${values[name]}.`);
};
/** Measured seconds: for a photo, to start a worker with its weights, and to merge a small shard. */
const seconds = {
  photo: measured('photo'),
  start: measured('start'),
  merge: measured('merge'),
};

/** What is assumed. */
const world = {
  photos: 1e8,
  nodes: 1000,
  /** Photos that are stored together. */
  block: 64,
  /** Mean seconds until a machine is taken away, and until another one is there. */
  taken: 6 * 3600,
  back: 180,
  /** Share of machines that are slow, and how many times slower they are. */
  slow: 0.05,
  slowness: 3,
  /** Share of shards whose worker fails at a random place. */
  failing: 0.001,
  /** Requests of a second that the store of photos answers, and photos that one of them brings. */
  requests: 5500,
  perRequest: Number(values['per-request']),
  /** Seconds for a scheduler to start a task. */
  dispatch: 1,
};

interface Node {
  /** Time when the node has nothing to do. */
  free: number;
  /** Time when it is taken away. */
  end: number;
  factor: number;
}

/** Plays the job with shards of one size. */
function play(size: number, seed: number) {
  const random = randomStream('shards', seed, size);
  const exponential = (mean: number) => -mean * Math.log(1 - random.below(2 ** 30) / 2 ** 30);
  const perPhoto = Math.max(seconds.photo, world.nodes / world.requests / world.perRequest);
  const nodes: Node[] = [];
  const fresh = (at: number): Node => {
    const factor = random.chance(world.slow) ? world.slowness : 1;
    return { free: at, end: at + exponential(world.taken), factor };
  };
  for (let node = 0; node < world.nodes; node++) push(nodes, fresh(0));
  const shards = Math.ceil(world.photos / size);
  /** Photos that are left of shards whose worker was lost, with the time when they can be begun again. */
  const again: { readonly left: number; readonly at: number }[] = [];
  let [next, wall, lost, starting] = [0, 0, 0, 0];
  while (next < shards || again.length > 0) {
    const node = pop(nodes);
    const task = again.length > 0 ? again.shift()! : { left: size, at: 0 };
    if (task.at === 0) next++;
    const begin = Math.max(node.free, task.at) + world.dispatch + seconds.start;
    const each = perPhoto * node.factor;
    const finish = begin + task.left * each;
    const failure = random.chance(world.failing)
      ? begin + (random.below(2 ** 30) / 2 ** 30) * task.left * each
      : Number.POSITIVE_INFINITY;
    const stop = Math.min(node.end, failure);
    starting += world.dispatch + seconds.start;
    if (finish <= stop) {
      wall = Math.max(wall, finish);
      push(nodes, { ...node, free: finish });
      continue;
    }
    const done = Math.max(0, Math.floor((stop - begin) / each));
    const kept = world.block * Math.floor(done / world.block);
    lost += Math.max(0, stop - begin) - kept * each;
    again.push({ left: task.left - kept, at: Math.max(1, stop) });
    push(nodes, failure < node.end ? { ...node, free: stop } : fresh(node.end + world.back));
  }
  const useful = world.photos * perPhoto;
  const idle = nodes.reduce((sum, { free }) => sum + Math.max(0, wall - free), 0);
  const merge = shards * seconds.merge;
  return { shards, wall, lost, starting, idle, merge, useful };
}

/** A heap of nodes, the one that is free first at its top. */
function push(heap: Node[], node: Node): void {
  heap.push(node);
  for (let at = heap.length - 1; at > 0; ) {
    const above = (at - 1) >> 1;
    if (heap[above]!.free <= heap[at]!.free) return;
    [heap[above], heap[at]] = [heap[at]!, heap[above]!];
    at = above;
  }
}

function pop(heap: Node[]): Node {
  const top = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  heap[0] = last;
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    let least = at;
    if (left < heap.length && heap[left]!.free < heap[least]!.free) least = left;
    if (right < heap.length && heap[right]!.free < heap[least]!.free) least = right;
    if (least === at) return top;
    [heap[at], heap[least]] = [heap[least]!, heap[at]!];
    at = least;
  }
}

const { photos, nodes, block, taken, back, slow, slowness, failing, dispatch } = world;
const { requests, perRequest } = world;
console.log(
  `Assumed: ${photos.toLocaleString('en')} photos on ${nodes.toLocaleString('en')} machines. Each is taken away after ${taken / 3600} hours on average, ` +
    `and replaced after ${back / 60} minutes. ${100 * slow} % of them are ${slowness} times slower. In ${100 * failing} % of the shards, the worker fails. ` +
    `The store of photos answers ${requests.toLocaleString('en')} requests a second, each with ${perRequest === 1 ? 'one photo' : `${perRequest} photos`}. A task starts after ${dispatch} s. ${block} photos are stored at a time.\n`,
);
const hours = (time: number) => (time / 3600).toFixed(1);
const share = (time: number, of: number) => `${((100 * time) / of).toFixed(1)} %`;
console.log(
  '| photos a shard | shards | wall time | starting | lost | waiting at the end | merging |\n|---:|---:|---:|---:|---:|---:|---:|',
);
for (const size of [100, 500, 2000, 10_000, 50_000, 200_000]) {
  const { shards, wall, lost, starting, idle, merge, useful } = play(size, Number(values.seed));
  const cells = [
    ...[size.toLocaleString('en'), shards.toLocaleString('en'), `${hours(wall)} h`],
    ...[
      share(starting, useful),
      share(lost, useful),
      share(idle, useful),
      `${(merge / 60).toFixed(1)} min`,
    ],
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
