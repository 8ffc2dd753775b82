/**
 * Lists a million photos of a hundred archives from their indexes, and prints how long it takes and how much memory. The archives have the
 * right length, but no photos: an index is all that listing reads.
 *
 *     npx tsx benchmarks/photos-from-index.ts [photos]
 */
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPhotos } from '@shroom/data/node';

const photos = Number(process.argv[2] ?? 1_000_000);
const archives = 100;
const each = Math.ceil(photos / archives);
/** Bytes of a photo with its header. */
const size = 100_000;
const classes = ['Agaricus', 'Amanita', 'Boletus', 'Cortinarius', 'Entoloma', 'Russula'];

const folder = await mkdtemp(join(tmpdir(), 'shroom-index-'));
try {
  for (let archive = 0; archive < archives; archive++) await writeArchive(archive);
  const before = process.resourceUsage().maxRSS;
  const begin = performance.now();
  let [count, first] = [0, 0];
  for await (const { origin } of findPhotos(join(folder, `shards-{000..${archives - 1}}.tar`))) {
    if (count++ === 0) first = performance.now() - begin;
    if (origin.kind !== 'tar') throw new Error(`a photo of the kind ${origin.kind}`);
  }
  const seconds = (performance.now() - begin) / 1000;
  const memory = process.resourceUsage().maxRSS;
  const megabytes = (kilobytes: number) => Math.round((1024 * kilobytes) / 1e6);
  process.stdout.write(
    `${count} photos of ${archives} archives: the first after ${(first / 1000).toFixed(2)} s, all after ${seconds.toFixed(1)} s, ` +
      `at most ${megabytes(memory)} MB of memory, of which ${megabytes(before)} MB were used before\n`,
  );
} finally {
  await rm(folder, { recursive: true });
}

async function writeArchive(archive: number): Promise<void> {
  const tar = join(folder, `shards-${String(archive).padStart(3, '0')}.tar`);
  const bytes = each * size + 1024;
  await writeFile(tar, '');
  await truncate(tar, bytes);
  const file = await open(`${tar}.index`, 'w');
  await file.write(
    `${JSON.stringify({ format: 'shroom-tar-index', version: 1, tar: { bytes } })}\n`,
  );
  let lines = '';
  for (let photo = 0; photo < each; photo++) {
    const name = classes[photo % classes.length]!;
    const facts = { class: name, cls: String(photo % classes.length) };
    const line = [`${name}/${archive}-${photo}.jpg`, photo * size + 512, size - 1024, facts];
    lines += `${JSON.stringify(line)}\n`;
    if (lines.length > 2 ** 20) {
      await file.write(lines);
      lines = '';
    }
  }
  await file.write(`${lines}${JSON.stringify({ photos: each })}\n`);
  await file.close();
}
