import { expect, test } from 'vitest';
import { drawMushroom, genera } from '../src/index';

type Mean = readonly [red: number, green: number, blue: number];

function mean(vectors: readonly Mean[]): Mean {
  const sum = [0, 0, 0];
  for (const vector of vectors) for (let c = 0; c < 3; c++) sum[c]! += vector[c]!;
  return [sum[0]! / vectors.length, sum[1]! / vectors.length, sum[2]! / vectors.length];
}

function meanColor(pixels: Uint8Array): Mean {
  const sum = [0, 0, 0];
  for (let i = 0; i < pixels.length; i++) sum[i % 3]! += pixels[i]!;
  return [sum[0]!, sum[1]!, sum[2]!].map(s => (3 * s) / pixels.length) as unknown as Mean;
}

function distance(a: Mean, b: Mean): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

test('the mean color does not give the genus away', { timeout: 120_000 }, () => {
  const [training, held] = [40, 20];
  const colors = genera.map(genus =>
    Array.from({ length: training + held }, (_, seed) =>
      meanColor(drawMushroom(genus, { seed: 100 + seed, size: 64 }).pixels),
    ),
  );
  const centroids = colors.map(own => mean(own.slice(0, training)));
  let right = 0;
  colors.forEach((own, label) => {
    for (const color of own.slice(training)) {
      const distances = centroids.map(centroid => distance(centroid, color));
      if (distances.indexOf(Math.min(...distances)) === label) right++;
    }
  });
  expect(right / (held * genera.length)).toBeLessThan(0.5);
});
