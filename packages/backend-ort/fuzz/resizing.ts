/**
 * Resizes every length up to 512 to every length up to 512, with every combination of flags, and compares `ort` with `cpu`.
 *
 *     npm run fuzz:resizing -- [last length, default 512] [first length, default 1]
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { configureOrt } from '../src/index';

const last = Number(process.argv[2] ?? 512);
const first = Number(process.argv[3] ?? 1);
const longest = 512;
/** Number of columns of pixels that are resized in one run. */
const atOnce = 128;

type Resize = (image: tf.Tensor4D, height: number) => tf.Tensor;

const flags = [
  [false, false],
  [true, false],
  [false, true],
] as const;
const ways: Record<string, Resize> = {};
for (const [alignCorners, halfPixelCenters] of flags) {
  const named = `alignCorners: ${alignCorners}, halfPixelCenters: ${halfPixelCenters}`;
  ways[`nearest neighbor, ${named}`] = (image, height) =>
    tf.image.resizeNearestNeighbor(image, [height, 1], alignCorners, halfPixelCenters);
  ways[`bilinear, ${named}`] = (image, height) =>
    tf.image.resizeBilinear(image, [height, 1], alignCorners, halfPixelCenters);
}

const say = (text: string) => process.stdout.write(`${text}\n`);
configureOrt({ threads: 1 });
let pairs = 0;
let different = 0;
for (let from = first; from <= last; from++) {
  // All neighbors differ.
  const pixels = Float32Array.from({ length: from }, (_, i) => 1 + ((i * 37) % 101) / 128);
  for (const [way, resize] of Object.entries(ways)) {
    const bound = way.startsWith('nearest') ? 0 : 1e-6;
    for (let start = 1; start <= longest; start += atOnce) {
      const heights = Array.from({ length: atOnce }, (_, i) => start + i);
      const [expected, got] = [
        await resized('cpu', pixels, resize, heights),
        await resized('ort', pixels, resize, heights),
      ];
      let place = 0;
      for (const to of heights) {
        pairs++;
        let worst = 0;
        for (let i = 0; i < to; i++, place++)
          worst = Math.max(worst, Math.abs(expected[place]! - got[place]!));
        if (worst <= bound) continue;
        different++;
        say(`${way}: ${from} to ${to} differs from cpu by ${worst}`);
      }
    }
  }
}
say(
  `${pairs} resizings of ${first} to ${last} pixels to 1 to ${longest}: ${different} differ from cpu`,
);
if (different > 0) process.exitCode = 1;

/** Resizes a column of pixels, and returns the results one after another. */
async function resized(
  backend: string,
  pixels: Float32Array,
  resize: Resize,
  heights: readonly number[],
): Promise<Float32Array> {
  await tf.setBackend(backend);
  const all = tf.tidy(() => {
    const image = tf.tensor4d(pixels, [1, pixels.length, 1, 1]);
    return tf.concat(heights.map(height => tf.reshape(resize(image, height), [height])));
  });
  const values = await all.data<'float32'>();
  all.dispose();
  return values;
}
