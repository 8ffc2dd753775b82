/**
 * Iterates over many small photos twice and reports the memory use. Fails if the memory use exceeds that after the first
 * tenth by more than 64 MiB. Needs the package to be built.
 *
 *     npx tsx packages/data/steadiness/run.ts [photos, default 100000]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { batches, type Sample } from '../dist/node/index.js';

const count = Number(process.argv[2] ?? 100_000);
const normalization = {
  channelOrder: 'RGB',
  scale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
} as const;
const say = (text: string) => process.stdout.write(`${text}\n`);
const mebibytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20);

const tolerance = 64;
const known: number[] = [];

const folder = await mkdtemp(join(tmpdir(), 'shroom-steady-'));
process.once('exit', () => say(`peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`));
try {
  const samples: Sample[] = [];
  const kinds = await Promise.all(
    Array.from({ length: 100 }, (_, index) => {
      const background = { r: index, g: 255 - index, b: 2 * index };
      return sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .jpeg()
        .toBuffer();
    }),
  );
  for (let index = 0; index < count; index++) {
    const part = join(folder, `${Math.floor(index / 1000)}`);
    if (index % 1000 === 0) await mkdir(part);
    const path = join(part, `${index}.jpg`);
    await writeFile(path, kinds[index % kinds.length]!);
    samples.push({ id: `${index}`, label: index % 9, origin: { kind: 'file', path } });
  }
  say(`${count} files written; ${mebibytes()} MiB`);
  for (const epoch of [0, 1]) {
    const begin = performance.now();
    let seen = 0;
    const how = { size: [32, 32], normalization, shuffle: true, epoch } as const;
    for await (const { labels } of batches(samples, how)) {
      const before = seen;
      seen += labels.length;
      const tenth = Math.floor((10 * seen) / count);
      if (tenth > Math.floor((10 * before) / count)) {
        known.push(mebibytes());
        say(`epoch ${epoch}, ${10 * tenth} %: ${known.at(-1)} MiB`);
      }
    }
    const seconds = (performance.now() - begin) / 1000;
    if (seen !== count) throw new Error(`Only ${seen} of ${count} photos arrived.`);
    say(`epoch ${epoch}: ${seconds.toFixed(0)} s, ${Math.round(count / seconds)} photos a second`);
  }
  const growth = Math.max(...known) - known[0]!;
  say(`at most ${growth} MiB more than after the first tenth; ${tolerance} MiB are allowed`);
  if (growth > tolerance) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
