// Convolutions whose weights are compiled in. Writes, as JSON: bytes of the weights, and bytes by which the peak of the process grew
// meanwhile.
import '../../src/index';
import * as tf from '@tensorflow/tfjs-core';

const channels = 1024;
const layers = 12;

await tf.setBackend('ort');
const filters = Array.from({ length: layers }, (_, seed) =>
  tf.variable(tf.randomNormal<tf.Rank.R4>([1, 1, channels, channels], 0, 0.03, 'float32', seed)),
);
await Promise.all(filters.map(filter => filter.data()));
const image = tf.ones<tf.Rank.R4>([1, 4, 4, channels]);
const peak = () => process.resourceUsage().maxRSS * 1024;
const before = peak();
for (let run = 0; run < 4; run++) {
  const y = tf.tidy(() => filters.reduce((x, filter) => tf.conv2d(x, filter, 1, 'same'), image));
  await y.data();
  y.dispose();
}
process.stdout.write(JSON.stringify([4 * layers * channels ** 2, peak() - before]));
