import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { configureOrt, type OrtBackend, ortBackend } from '../src/index';
import './backends';

beforeAll(() => configureOrt({ threads: 1 }));
afterAll(() => configureOrt({}));
beforeEach(async () => {
  await tf.setBackend('ort');
});

const values = [-2, -0.5, 0, 0.5, 3];
const swish = (x: number) => x / (1 + Math.exp(-x));
const run = (kernel: string, x: tf.Tensor) => tf.engine().runKernel(kernel, { x }) as tf.Tensor;

test('a kernel of your own is made of those that there are, and is computed with everything else', async () => {
  tf.registerKernel({
    kernelName: 'Swish',
    backendName: 'ort',
    kernelFunc: ({ inputs, backend }) => {
      const call = (name: string, given: tf.NamedTensorInfoMap) =>
        tf
          .getKernel(name, 'ort')
          .kernelFunc({ inputs: given, attrs: {}, backend }) as tf.TensorInfo;
      const gate = call('Sigmoid', { x: inputs.x! });
      const result = call('Multiply', { a: inputs.x!, b: gate });
      (backend as OrtBackend).disposeData(gate.dataId);
      return result;
    },
  });
  tf.registerGradient({
    kernelName: 'Swish',
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({
      x: () => {
        const gate = tf.sigmoid(x!);
        return tf.mul(dy as tf.Tensor, tf.add(gate, tf.mul(tf.mul(x!, gate), tf.sub(1, gate))));
      },
    }),
  });
  const x = tf.tensor1d(values);
  const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
  const { runs } = ortBackend()!.statistics;
  const y = tf.tidy(() => tf.mul(run('Swish', tf.add(x, 0)), 2));
  expect(ortBackend()!.statistics.runs).toBe(runs);
  const computed = Array.from(await y.data());
  expect(ortBackend()!.statistics.runs).toBe(runs + 1);
  for (const [index, value] of computed.entries())
    expect(value).toBeCloseTo(2 * swish(values[index]!), 5);
  const slope = tf.grad(given => run('Swish', given))(x);
  const numeric = values.map(at => (swish(at + 1e-4) - swish(at - 1e-4)) / 2e-4);
  for (const [index, value] of Array.from(await slope.data()).entries())
    expect(value).toBeCloseTo(numeric[index]!, 4);
  tf.dispose([y, slope]);
  expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
});

test('a kernel in JavaScript reads its inputs and writes its result', async () => {
  tf.registerKernel({
    kernelName: 'SwishOfJavaScript',
    backendName: 'ort',
    kernelFunc: ({ inputs, backend }) => {
      const { dataId, shape, dtype } = inputs.x!;
      const own = backend as OrtBackend;
      const result = (own.readSync(dataId) as Float32Array).map(swish);
      return own.make(result, shape, dtype);
    },
  });
  const x = tf.tensor1d(values);
  const y = tf.tidy(() => tf.neg(run('SwishOfJavaScript', tf.add(x, 0))));
  for (const [index, value] of Array.from(await y.data()).entries())
    expect(value).toBeCloseTo(-swish(values[index]!), 5);
});

test('a kernel that there is already can be replaced, and is back when it is registered again', async () => {
  const original = tf.getKernel('Relu6', 'ort');
  tf.unregisterKernel('Relu6', 'ort');
  tf.registerKernel({
    ...original,
    kernelFunc: ({ inputs, backend }) => (backend as OrtBackend).share(inputs.x!, inputs.x!.shape),
  });
  const x = tf.tensor1d([7]);
  expect(await tf.relu6(x).data()).toEqual(Float32Array.of(7));
  tf.unregisterKernel('Relu6', 'ort');
  tf.registerKernel(original);
  expect(await tf.relu6(x).data()).toEqual(Float32Array.of(6));
});
