/**
 * Measures how many copies of real photographs are found: adds one copy of each kind for every photo, opens the set, and
 * counts. Also prints the pairs that are found among the original photographs, to be checked by eye, and the time for a
 * million hashes.
 *
 *     npx tsx near-copies.ts [--photos <folder>] [--every <n>] [--kind <name>...]
 *
 * The folder has a folder of photographs for each class; default ../shared/mushrooms.
 */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { printerTo, runProgram } from '@shroom/classifier/command';
import { findNeighbors, type PhotoSet, type RandomStream, randomStream } from '@shroom/data';
import { openFolder } from '@shroom/data/node';
import sharp, { type Sharp } from 'sharp';

const { fact, heading } = printerTo(process.stderr);

/** A way to make a copy. @param pixels Upright picture of the given size. */
type Copying = (pixels: Sharp, size: Size, random: RandomStream) => Promise<Uint8Array>;
interface Size {
  readonly width: number;
  readonly height: number;
}

const asJpeg = (pixels: Sharp, quality = 90) => pixels.jpeg({ quality }).toBuffer();
/** Applies pending steps now, because sharp would reorder them otherwise. */
const after = async (pixels: Sharp) => sharp(await pixels.png({ compressionLevel: 0 }).toBuffer());

/** A random crop with this share of the area, of any aspect ratio that fits. */
function someCrop(pixels: Sharp, { width, height }: Size, random: RandomStream, share: number) {
  const w = Math.min(width, Math.ceil(width * Math.exp(random.between(Math.log(share), 0))));
  const h = Math.min(height, Math.ceil((share * width * height) / w));
  const [left, top] = [random.below(width - w + 1), random.below(height - h + 1)];
  return pixels.extract({ left, top, width: w, height: h });
}

const scaled =
  (factor: number): Copying =>
  (pixels, { width, height }) =>
    asJpeg(pixels.resize(Math.round(factor * width), Math.round(factor * height), { fit: 'fill' }));
const cropped =
  (least: number, most: number): Copying =>
  (pixels, size, random) =>
    asJpeg(someCrop(pixels, size, random, random.between(least, most)));

const kinds: Readonly<Record<string, Copying>> = {
  'JPEG, quality 30': pixels => asJpeg(pixels, 30),
  'JPEG, quality 60': pixels => asJpeg(pixels, 60),
  'JPEG, quality 85': pixels => asJpeg(pixels, 85),
  WebP: pixels => pixels.webp({ quality: 50 }).toBuffer(),
  'scaled to 0.25': scaled(0.25),
  'scaled to 0.5': scaled(0.5),
  'scaled to 2': scaled(2),
  'squashed to 224 x 224': pixels => asJpeg(pixels.resize(224, 224, { fit: 'fill' })),
  mirrored: pixels => asJpeg(pixels.flop()),
  'upside down, mirrored': pixels => asJpeg(pixels.flip()),
  'turned by 90': pixels => asJpeg(pixels.rotate(90)),
  'turned by 180': pixels => asJpeg(pixels.rotate(180)),
  'turned by 270': pixels => asJpeg(pixels.rotate(270)),
  'crop of 80 %': cropped(0.8, 0.8),
  'crop of 90 %': cropped(0.9, 0.9),
  'crop of 80 to 100 %': cropped(0.8, 1),
  'crop of 80 %, mirrored, half, quality 50': async (pixels, size, random) => {
    const crop = await after(someCrop(pixels, size, random, 0.8));
    const mirrored = await after(crop.flop().resize(Math.round(size.width / 2)));
    return asJpeg(mirrored, 50);
  },
  'crop of 85 %, turned by 90, quality 30': async (pixels, size, random) =>
    asJpeg((await after(someCrop(pixels, size, random, 0.85))).rotate(90), 30),
};

await runProgram(async signal => {
  const { values } = parseArgs({
    options: {
      photos: {
        type: 'string',
        default: fileURLToPath(new URL('../../shared/mushrooms', import.meta.url)),
      },
      every: { type: 'string', default: '1' },
      kind: { type: 'string', multiple: true, default: Object.keys(kinds) },
    },
  });

  heading('A million hashes');
  const random = randomStream('hashes');
  const word = () =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const hashes = Array.from({ length: 1_000_000 }, () => word() + word());
  const begin = performance.now();
  findNeighbors(hashes);
  fact('neighbors', `${seconds(begin)} s at a radius of 6`);

  heading('The photographs themselves');
  const apart = performance.now();
  await openFolder(values.photos, { signal, copies: 'exact' });
  fact('opened', `in ${seconds(apart)} s without looking for near copies`);
  const together = performance.now();
  const set = await openFolder(values.photos, { signal });
  fact('opened', `in ${seconds(together)} s with them`);
  const within = [...perClass(set).values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  fact('pairs', `${set.photos.length} photos, ${within} pairs within a class`);
  const found = set.copies ?? [];
  for (const { kind, photos } of found) fact(kind, photos.join(', '));

  heading('Planted copies');
  const folder = await mkdtemp(join(tmpdir(), 'near-copies-'));
  try {
    const photos = set.photos.filter((_, index) => index % Number(values.every) === 0);
    const known = new Map(
      found.flatMap(({ photos: ids }) => ids.map(id => [id, ids[0]!] as const)),
    );
    for (const kind of values.kind) {
      const place = join(folder, kind.replace(/\W+/g, '-'));
      for (const photo of photos) {
        signal.throwIfAborted();
        if (photo.origin.kind !== 'file') continue;
        const target = join(place, photo.id);
        await mkdir(dirname(target), { recursive: true });
        await symlink(photo.origin.path, target);
        const bytes = await plant(kinds[kind]!, photo.origin.path, photo.id);
        await writeFile(`${target}.copy`, bytes);
      }
      const { copies = [] } = await openFolder(place, { signal });
      const groupOf = new Map(
        copies.flatMap(({ photos: ids }) => ids.map(id => [id, ids] as const)),
      );
      const recalled = photos.filter(({ id }) => groupOf.get(id)?.includes(`${id}.copy`)).length;
      const source = (id: string) =>
        known.get(id.replace(/\.copy$/, '')) ?? id.replace(/\.copy$/, '');
      const mixed = copies.filter(({ photos: ids }) => new Set(ids.map(source)).size > 1);
      const share = `${((100 * recalled) / photos.length).toFixed(2)} % of ${photos.length}`;
      fact(kind, `${share}; ${mixed.length} groups of different photos`);
      for (const { photos: ids } of mixed) fact('', ids.join(', '));
      await rm(place, { recursive: true });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function plant(copy: Copying, path: string, id: string): Promise<Uint8Array> {
  const upright = sharp(await readFile(path), { autoOrient: true }).removeAlpha();
  const pixels = await after(upright.toColorspace('srgb'));
  const { width, height } = await pixels.metadata();
  return copy(pixels, { width, height }, randomStream('copy', id));
}

function perClass({ photos }: PhotoSet): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { label } of photos) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
