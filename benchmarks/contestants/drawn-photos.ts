/** Writes drawn mushrooms as JPEG files, if there are no photographs: `drawn-photos.ts FOLDER COUNT`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { drawMushroom, genera } from '@shroom/drawn';
import sharp from 'sharp';
import { serve } from './serve';

const [folder, count] = process.argv.slice(2) as [string, string];
const size = 320;
for (let index = 0; index < Number(count); index++) {
  const genus = genera[index % genera.length]!;
  const { pixels } = drawMushroom(genus, { seed: index, size });
  await mkdir(join(folder, genus), { recursive: true });
  const image = sharp(pixels, { raw: { width: size, height: size, channels: 3 } });
  await image.jpeg({ quality: 90 }).toFile(join(folder, genus, `${index}.jpg`));
}
await serve(async () => undefined);
