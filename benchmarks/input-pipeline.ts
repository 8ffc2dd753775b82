/**
 * Photos to normalised batches, an epoch after the other: this project's threads and torchvision's DataLoader, two
 * workers each, the same files and transforms (resize to 299, flips, rotation, normalisation).
 *
 *     npx tsx input-pipeline.ts [folder]
 *
 * Without a folder: ../shared/mushrooms. Measures the photos as they are, and upscaled to 2000 px in a temporary
 * folder, to stand for those of a camera.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Photo } from '@shroom/data';
import { batches, openFolder } from '@shroom/data/node';
import sharp from 'sharp';
import { compare, job, pythonJob } from './measure';

const size = 299;
const workers = 2;
const batchSize = 32;
/** Of the large photos; all of them would take minutes an epoch. */
const largePhotos = 160;

const normalisation = {
  channelOrder: 'RGB',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

let epoch = 0;
async function readEpoch(photos: readonly Photo[]): Promise<void> {
  let count = 0;
  const transforms = [{ name: 'flipAndRotate' }] as const;
  const how = {
    size: [size, size],
    normalisation,
    batchSize,
    workers,
    transforms,
    recycle: true,
  } as const;
  for await (const { labels } of batches(photos, { ...how, shuffle: true, epoch: epoch++ }))
    count += labels.length;
  if (count !== photos.length) throw new Error(`${count} of ${photos.length} photos came.`);
}

async function race(title: string, folder: string): Promise<void> {
  const { photos } = await openFolder(folder, { leastPerClass: 1 });
  const name = `${title}: ${photos.length} photos, ${workers} workers`;
  const peer = ['input-pipeline', folder, `${size}`, `${batchSize}`, `${workers}`];
  await compare(
    name,
    [
      job('@shroom/data', () => readEpoch(photos)),
      await pythonJob('torchvision DataLoader', peer, 'data_peer.py'),
    ],
    { warmup: 1, rounds: 5 },
  );
}

/** Copies whose longer side has 2000 pixels. */
async function upscale(photos: readonly Photo[], folder: string): Promise<void> {
  for (const { id, origin } of photos) {
    if (origin.kind !== 'file') continue;
    await mkdir(dirname(join(folder, id)), { recursive: true });
    const large = sharp(origin.path).resize({ width: 2000, height: 2000, fit: 'inside' });
    await large.jpeg({ quality: 90 }).toFile(join(folder, id));
  }
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../../shared/mushrooms', import.meta.url));
await race('Photos as they are', folder);

const large = await mkdtemp(join(tmpdir(), 'shroom-large-'));
try {
  const { photos } = await openFolder(folder);
  const step = Math.ceil(photos.length / largePhotos);
  await upscale(
    photos.filter((_, index) => index % step === 0),
    large,
  );
  await race('2000 px', large);
} finally {
  await rm(large, { recursive: true });
}
