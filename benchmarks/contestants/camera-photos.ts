/** Writes upscaled copies of photos, which stand for camera photos: `camera-photos.ts FOLDER TARGET COUNT WIDTH`. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openFolder } from '@shroom/data/node';
import sharp from 'sharp';
import { serve } from './serve';

const [folder, target] = process.argv.slice(2) as [string, string];
const [count, side] = process.argv.slice(4).map(Number) as [number, number];
const { photos } = await openFolder(folder, { leastPerClass: 1 });
const step = Math.max(1, Math.floor(photos.length / count));
const chosen = photos.filter((_, index) => index % step === 0).slice(0, count);
for (const { id, origin } of chosen) {
  if (origin.kind !== 'file') continue;
  await mkdir(dirname(join(target, id)), { recursive: true });
  const large = sharp(origin.path).resize({ width: side, height: side, fit: 'inside' });
  await large.jpeg({ quality: 90 }).toFile(join(target, id));
}
await serve(async () => undefined);
