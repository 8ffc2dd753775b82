/** What the browser test runs inside the page: `window.results` is filled in, or `window.failure`. */
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as onnxruntimeWeb from 'onnxruntime-web';
import { configureOrt, fallbackCounts, ortBackend } from '../../src/index';

export interface BrowserResults {
  readonly runtime: string;
  readonly threads: number;
  readonly losses: number[];
  readonly features: number;
  readonly finite: boolean;
  readonly seconds: number;
  readonly fallbacks: string[];
}

async function trainCnn(): Promise<number[]> {
  const x = tf.randomNormal([16, 12, 12, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: 16 }, (_, i) => i % 4),
      'int32',
    ),
    4,
  );
  const kernel = tf.variable(tf.randomNormal([3, 3, 3, 8], 0, 0.2, 'float32', 2));
  const dense = tf.variable(tf.randomNormal([6 * 6 * 8, 4], 0, 0.1, 'float32', 3));
  const optimizer = tf.train.adam(0.01);
  const losses: number[] = [];
  for (let step = 0; step < 30; step++) {
    const loss = optimizer.minimize(() => {
      const features = tf.maxPool(
        tf.relu(tf.conv2d(x, kernel as tf.Tensor4D, 1, 'same')),
        2,
        2,
        'valid',
      );
      const logits = tf.matMul(tf.reshape(features, [16, 288]), dense as tf.Tensor2D);
      return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
    }, true)!;
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  return losses;
}

type Layer = { apply(x: SymbolicTensor): unknown };
const through = (x: SymbolicTensor, ...list: Layer[]): SymbolicTensor =>
  list.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);
const conv = (filters: number, kernelSize: number, strides: number): Layer =>
  layers.conv2d({ filters, kernelSize, strides, padding: 'same', kernelInitializer: 'heNormal' });
const norm = (): Layer => layers.batchNormalization();
const relu = (): Layer => layers.activation({ activation: 'relu' });

function bottleneck(
  x: SymbolicTensor,
  width: number,
  strides: number,
  project: boolean,
): SymbolicTensor {
  const y = through(
    x,
    conv(width, 1, 1),
    norm(),
    relu(),
    conv(width, 3, strides),
    norm(),
    relu(),
    conv(4 * width, 1, 1),
    norm(),
  );
  const shortcut = project ? through(x, conv(4 * width, 1, strides), norm()) : x;
  return through(layers.add().apply([y, shortcut]) as SymbolicTensor, relu());
}

function resnet50(size: number) {
  const image = input({ shape: [size, size, 3] });
  let x = through(
    image,
    conv(64, 7, 2),
    norm(),
    relu(),
    layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  );
  [3, 4, 6, 3].forEach((depth, stage) => {
    for (let block = 0; block < depth; block++) {
      x = bottleneck(x, 64 * 2 ** stage, block === 0 && stage > 0 ? 2 : 1, block === 0);
    }
  });
  return model({ inputs: image, outputs: through(x, layers.globalAveragePooling2d({})) });
}

async function run(): Promise<BrowserResults> {
  configureOrt({ onnxruntimeWeb, wasmPaths: '/ort/', threads: 2 });
  await tf.setBackend('ort');
  const losses = await trainCnn();
  const network = resnet50(224);
  const image = tf.randomNormal([1, 224, 224, 3]);
  const start = performance.now();
  const features = network.predict(image) as tf.Tensor;
  const values = Array.from(await features.data());
  return {
    runtime: ortBackend()!.runtimeName,
    threads: onnxruntimeWeb.env.wasm.numThreads ?? 0,
    losses,
    features: values.length,
    finite: values.every(Number.isFinite),
    seconds: (performance.now() - start) / 1000,
    fallbacks: Object.keys(fallbackCounts()),
  };
}

run().then(
  results => Object.assign(globalThis, { results }),
  error => Object.assign(globalThis, { failure: String(error?.stack ?? error) }),
);
