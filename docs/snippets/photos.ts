// What the other snippets find where they run: mushroom.jpg, and photos/ with a folder for each of three genera.
import { existsSync, mkdirSync } from 'node:fs';
import { drawMushroom, type Genus } from '@shroom/drawn';
import sharp from 'sharp';

async function draw(
  genus: Genus,
  seed: number,
  size: number,
  file: string,
): Promise<void> {
  if (existsSync(file)) return;
  const { pixels, width, height } = drawMushroom(genus, { seed, size });
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92 })
    .toFile(file);
}

await draw('Amanita', 9, 480, 'mushroom.jpg');
for (const genus of ['Amanita', 'Boletus', 'Hygrocybe'] as const) {
  mkdirSync(`photos/${genus}`, { recursive: true });
  for (let seed = 0; seed < 8; seed++)
    await draw(genus, seed, 96, `photos/${genus}/${seed}.jpg`);
}
