// A plain JavaScript project: trains a network on pictures of digits as sixteen by sixteen dots, on the backend `ort`.
import '@shroom/backend-ort';
import { ortBackend } from '@shroom/backend-ort';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

await tf.setBackend('ort');

const classCount = 10;
const imageSide = 16;

// A digit is a pattern of strokes; a picture of it is shifted and noisy.
function picture(digit, random) {
  const [dx, dy] = [Math.floor(random() * 3), Math.floor(random() * 3)];
  return Array.from({ length: imageSide * imageSide }, (_, i) => {
    const [x, y] = [(i % imageSide) - dx, Math.floor(i / imageSide) - dy];
    const stroke = Math.sin((digit + 1) * x * 0.4) * Math.cos((digit + 2) * y * 0.3) > 0.3 ? 1 : 0;
    return stroke + 0.3 * (random() - 0.5);
  });
}

let state = 1;
const random = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const labels = Array.from({ length: 200 }, (_, i) => i % classCount);
const images = tf.tensor4d(
  labels.flatMap(digit => picture(digit, random)),
  [labels.length, imageSide, imageSide, 1],
);
const wanted = tf.oneHot(tf.tensor1d(labels, 'int32'), classCount);

const model = tfl.sequential();
model.add(
  tfl.layers.conv2d({
    filters: 8,
    kernelSize: 3,
    activation: 'relu',
    inputShape: [imageSide, imageSide, 1],
  }),
);
model.add(tfl.layers.maxPooling2d({ poolSize: 2 }));
model.add(tfl.layers.flatten());
model.add(tfl.layers.dense({ units: classCount, activation: 'softmax' }));

// Written out rather than `model.fit`, which reads synchronously: WebAssembly cannot.
const optimizer = tf.train.adam(0.01);
let loss;
for (let step = 0; step < 60; step++) {
  const value = optimizer.minimize(
    () => crossEntropy(model.apply(images, { training: true })),
    true,
  );
  [loss] = await value.data();
  value.dispose();
}

function crossEntropy(probabilities) {
  const log = tf.log(tf.clipByValue(probabilities, 1e-7, 1));
  return tf.neg(tf.mean(tf.sum(tf.mul(wanted, log), -1)));
}

const guesses = await tf.tidy(() => tf.argMax(model.predict(images), -1)).data();
const right = labels.filter((label, i) => guesses[i] === label).length;
process.stdout.write(
  `${JSON.stringify({ runtime: ortBackend().runtimeName, loss, accuracy: right / labels.length })}\n`,
);
