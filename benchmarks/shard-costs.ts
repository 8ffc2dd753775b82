/**
 * Measures what a shard costs beside the plain job: `shroom plan` with one shard, and `shroom work` on it, each time from nothing, in turn
 * with the same photos in `shroom predict` and in a loop over the packages that has no plan, no lock, no log and no stored blocks. All are
 * processes of their own, and see one view of each photo. Leave the machine to it.
 *
 *     npx tsx benchmarks/shard-costs.ts --run runs/genera --data photos
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { decode, findPhotos } from '@shroom/data/node';
import { intervalOfMedian, median } from './runner/median';
import { say, status } from './runner/terminal';

const { values } = parseArgs({
  options: {
    /** A trained classifier. */
    run: { type: 'string' },
    /** A folder with photos, of which an even selection is copied. */
    data: { type: 'string' },
    photos: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '7' },
    /** Part of the names of what is measured; all without it. */
    only: { type: 'string', default: '' },
  },
});
const [photos, rounds] = [Number(values.photos), Number(values.rounds)];
if (!values.run || !values.data) throw new RangeError('Give --run and --data.');
const run = resolve(values.run);
const command = new URL('../packages/classifier/dist/command/shroom.js', import.meta.url).pathname;
const loop = new URL('contestants/plain-loop.mjs', import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), 'shroom-shard-costs-'));

interface Cost {
  /** Seconds that passed. */
  readonly wall: number;
  /** Seconds of processors, which other programs on the machine change less. */
  readonly processors: number;
}

const used = join(folder, 'processors');
/** A module that writes the time of processors at the end of a process. */
const meter = `data:text/javascript,import{writeFileSync}from'node:fs';process.on('exit',()=>{const{user,system}=process.cpuUsage();writeFileSync(${JSON.stringify(used)},String((user+system)/1e6))})`;

/** What a process costs. */
function costOf(args: readonly string[]): Cost {
  const begin = performance.now();
  execFileSync(process.execPath, ['--import', meter, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const wall = (performance.now() - begin) / 1000;
  return { wall, processors: Number(readFileSync(used, 'utf8')) };
}

const shroom = (...args: readonly string[]) => costOf([command, ...args]);

/** Copies some of the photos to a folder. @returns the folder. */
async function selected(place: string): Promise<string> {
  const files: string[] = [];
  for await (const { origin } of findPhotos(place))
    if (origin.kind === 'file' && (await isReadable(origin.path))) files.push(origin.path);
  if (files.length < photos) throw new RangeError(`${place} has ${files.length} photos only.`);
  const own = join(folder, 'photos');
  await mkdir(own);
  for (let at = 0; at < photos; at++) {
    const file = files[Math.floor((at * files.length) / photos)]!;
    await copyFile(file, join(own, `${at}${extname(file)}`));
  }
  return own;
}

/** The loop has no rows for photos that cannot be read. */
const isReadable = (path: string): Promise<boolean> =>
  decode(path, [8, 8]).then(
    () => true,
    () => false,
  );

/** Everything that is compared, by its name. Each begins from nothing. */
function contestants(own: string): Record<string, (round: number) => Cost> {
  const engine = ['--engine', 'ort', '--quiet'];
  const views = ['--views', '1'];
  const place = (what: string, round: number) => join(folder, `${what}-${round}.plan`);
  const plan = (what: string, round: number) => {
    const options = ['--data', own, '--shards', '1', '--out', place(what, round), ...views];
    return shroom('plan', what, run, ...options, ...engine);
  };
  const work = (what: string, round: number) =>
    shroom('work', place(what, round), '--shard', '0', '--quiet');
  return {
    'loop without a plan': () => costOf([loop, run, own, join(folder, 'loop.csv')]),
    'shroom predict --json': () => shroom('predict', run, own, '--json', ...views, ...engine),
    'shroom plan predict': round => plan('predict', round),
    'shroom work, predict': round => work('predict', round),
    'shroom plan features': round => plan('features', round),
    'shroom work, features': round => work('features', round),
  };
}

/** The share by which costs are above others of the same rounds, with the interval of the median. */
function above(own: readonly number[], others: readonly number[]): string {
  const shares = own.map((value, round) => 100 * (value / others[round]! - 1));
  const [low, high] = intervalOfMedian(shares);
  return `${median(shares).toFixed(1)} % (${low.toFixed(1)} to ${high.toFixed(1)})`;
}

try {
  const every = Object.entries(contestants(await selected(values.data)));
  const all = every.filter(([name]) => name.includes(values.only));
  const costs = new Map(all.map(([name]) => [name, [] as Cost[]]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, measure] of all) {
      const cost = measure(round);
      // The first round fills the caches of the system.
      if (round < 0) continue;
      costs.get(name)!.push(cost);
      status(`round ${round + 1} of ${rounds}: ${name} ${cost.wall.toFixed(2)} s`);
    }
  }
  say(
    `| ${photos} photos, median of ${rounds} rounds | seconds | of processors | seconds beside predict | of processors beside predict | seconds beside the loop |`,
  );
  say('|---|---:|---:|---:|---:|---:|');
  const predict = costs.get('shroom predict --json');
  const loop = costs.get('loop without a plan');
  for (const [name, own] of costs) {
    const of = (field: keyof Cost, from = own) => from.map(cost => cost[field]);
    const isWhole = !name.includes('shroom plan ');
    const beside = (field: keyof Cost, other: Cost[] | undefined) =>
      isWhole && other && other !== own ? above(of(field), of(field, other)) : '';
    say(
      `| ${name} | ${median(of('wall')).toFixed(2)} | ${median(of('processors')).toFixed(2)} | ${beside('wall', predict)} | ${beside('processors', predict)} | ${beside('wall', loop)} |`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
