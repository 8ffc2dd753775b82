/**
 * Writes rows that look like pooled features, and their classes, as plain numbers: `drawn-features.ts FOLDER ROWS CHANNELS CLASSES`. Channels
 * depend on each other, and classes overlap, so that heads make mistakes.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomStream } from '@shroom/data';
import { featureFiles } from './feature-files';
import { serve } from './serve';

const [folder] = process.argv.slice(2) as [string];
const [rows, channels, classes] = process.argv.slice(3).map(Number) as [number, number, number];
const random = randomStream('features');
const noise = (count: number) => Float32Array.from({ length: count }, () => random.between(-3, 3));
const centers = noise(classes * channels);

const values = new Float32Array(rows * channels);
const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
for (let row = 0; row < rows; row++) {
  const own = noise(channels);
  const center = labels[row]! * channels;
  for (let channel = 0; channel < channels; channel++) {
    const near = own[channel]! + own[(channel + 1) % channels]!;
    values[row * channels + channel] = Math.max(0, 0.4 + near + 0.06 * centers[center + channel]!);
  }
}
const files = featureFiles(folder);
await mkdir(join(folder), { recursive: true });
await writeFile(files.values, values);
await writeFile(files.labels, labels);
await serve(async () => undefined);
