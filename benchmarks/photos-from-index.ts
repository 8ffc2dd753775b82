/**
 * Opens a million photos from indexes, and prints how long it takes and how much memory, each in a process of its own. The archives have
 * the right length, but no photos: an index is all that listing reads.
 *
 *     npx tsx benchmarks/photos-from-index.ts [photos]
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareText, splitByClass } from '@shroom/data';
import { findPhotos, listPhotos, openPhotos, writePhotoIndex } from '@shroom/data/node';

const photos = Number(process.argv[2] ?? 1_000_000);
const archives = 100;
const each = Math.ceil(photos / archives);
/** Bytes of a photo with its header. */
const size = 100_000;
const classes = ['Agaricus', 'Amanita', 'Boletus', 'Cortinarius', 'Entoloma', 'Russula'];

/** What is measured. Each returns the number of photos. */
const works = {
  'findPhotos, indexes of archives': async (folder: string) => {
    let count = 0;
    for await (const { origin } of findPhotos(join(folder, `shards-{000..${archives - 1}}.tar`))) {
      if (origin.kind !== 'tar') throw new Error(`a photo of the kind ${origin.kind}`);
      count++;
    }
    return count;
  },
  'findPhotos, index of photos': async (folder: string) => {
    let count = 0;
    for await (const _ of findPhotos(join(folder, 'set.photos'))) count++;
    return count;
  },
  'listPhotos, index of photos': async (folder: string) =>
    (await listPhotos(join(folder, 'set.photos'))).listed.candidates.length,
  'openPhotos, index of photos': async (folder: string) => (await opened(folder)).photos.length,
  'openPhotos and splitByClass': async (folder: string) => {
    const { photos } = await opened(folder);
    const { train, validation, test } = splitByClass(photos);
    return train.length + validation.length + test.length;
  },
  'planShards of work without classes': async (folder: string) =>
    (await planned(folder, { labeled: false })).photos,
  'planShards of work with classes': async (folder: string) =>
    (await planned(folder, { labeled: true })).photos,
} satisfies Record<string, (folder: string) => Promise<number>>;

function opened(folder: string) {
  return openPhotos(join(folder, 'set.photos'), { copies: 'exact' });
}

async function planned(folder: string, { labeled }: { readonly labeled: boolean }) {
  const { planShards } = await import('@shroom/classifier');
  const out = join(folder, `${labeled ? 'labeled' : 'any'}.plan`);
  return planShards('hash', join(folder, 'set.photos'), { labeled, shards: 400, out });
}

const [, , , name, given] = process.argv;
if (name !== undefined && given !== undefined) await measure(name as keyof typeof works, given);
else await measureAll();

async function measureAll(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shroom-index-'));
  try {
    for (let archive = 0; archive < archives; archive++) await writeArchive(folder, archive);
    await writePhotos(folder);
    for (const work of Object.keys(works))
      execFileSync(
        process.execPath,
        ['--import', 'tsx', fileURLToPath(import.meta.url), String(photos), work, folder],
        { stdio: 'inherit' },
      );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(work: keyof typeof works, folder: string): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  const begin = performance.now();
  const used = process.cpuUsage();
  const count = await works[work](folder);
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(used);
  const megabytes = (kilobytes: number) => Math.round((1024 * kilobytes) / 1e6);
  process.stdout.write(
    `${work}: ${count} photos, ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processors, at most ${megabytes(process.resourceUsage().maxRSS)} MB of memory, ` +
      `of which ${megabytes(before)} MB were used before\n`,
  );
}

function tarOf(folder: string, archive: number): string {
  return join(folder, `shards-${String(archive).padStart(3, '0')}.tar`);
}

async function writeArchive(folder: string, archive: number): Promise<void> {
  const tar = tarOf(folder, archive);
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

/** Writes the index that the work `hash` would write of the archives. */
async function writePhotos(folder: string): Promise<void> {
  const names = Array.from({ length: archives * each }, (_, number) => {
    const [archive, photo] = [Math.floor(number / each), number % each];
    const shard = String(archive).padStart(3, '0');
    const className = classes[photo % classes.length]!;
    return { id: `shards-${shard}.tar/${className}/${archive}-${photo}.jpg`, archive, photo };
  });
  names.sort((a, b) => compareText(a.id, b.id));
  async function* indexed() {
    for (const { id, archive, photo } of names)
      yield {
        ...{ id, className: classes[photo % classes.length]! },
        origin: {
          ...({ kind: 'tar', path: tarOf(folder, archive), offset: photo * size + 512 } as const),
          size: size - 1024,
        },
        examined: {
          ...{ sha256: createHash('sha256').update(id).digest('hex'), bytes: size - 1024 },
          ...{ width: 640, height: 480, format: 'jpeg', converted: [] },
        },
      };
  }
  const head = { photos: names.length, findings: [] };
  await writePhotoIndex(join(folder, 'set.photos'), head, indexed());
}
