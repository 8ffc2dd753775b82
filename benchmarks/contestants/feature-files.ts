import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of `drawn-features.ts`: float32 values, `[rows, channels]`, and int32 classes, `[rows]`. */
export const featureFiles = (folder: string) => ({
  values: join(folder, 'features.f32'),
  labels: join(folder, 'classes.i32'),
});

/** The first rows of drawn features, and all others. */
export async function readFeatures(folder: string, count: number, channels: number) {
  const files = featureFiles(folder);
  const values = new Float32Array((await readFile(files.values)).buffer);
  const labels = new Int32Array((await readFile(files.labels)).buffer);
  const part = (from: number, to: number) => ({
    values: values.slice(from * channels, to * channels),
    labels: labels.slice(from, to),
  });
  return { train: part(0, count), others: part(count, labels.length) };
}
