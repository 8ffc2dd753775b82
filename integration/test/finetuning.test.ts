import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { classifierHead, headOn } from '@shroom/head';
import { cutAt } from '@shroom/models';
import { type FeatureSource, fit, recipes, registerFilterGradient } from '@shroom/train';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import {
  conv2d,
  grad,
  setBackend,
  square,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { input, layers, model as modelOf, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => {
  const module = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(module)}/`);
});

const waves = (size: number, salt: number, scale: number) =>
  Float32Array.from({ length: size }, (_, index) => Math.sin(index * 0.7 + salt) * scale);

/** A network of two small stages with a shortcut in the second one, cut between the stages, and a head. */
function network() {
  const convolution = (name: string, filters: number, kernelSize: number, strides: number) =>
    layers.conv2d({ name, filters, kernelSize, strides, kernelInitializer: 'zeros' });
  const at = (layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]) =>
    layer.apply(x) as SymbolicTensor;
  const images = input({ shape: [12, 12, 3] });
  const relu = (name: string) => layers.activation({ activation: 'relu', name });
  const middle = at(relu('first.relu'), at(convolution('first.conv', 6, 3, 2), images));
  const padded = at(layers.zeroPadding2d({ name: 'second.pad' }), middle);
  const sum = at(layers.add({ name: 'second.add' }), [
    at(convolution('second.conv', 8, 3, 2), padded),
    at(convolution('second.shortcut', 8, 1, 2), middle),
  ]);
  const model = modelOf({ inputs: images, outputs: at(relu('second.relu'), sum) });
  model.weights.forEach((weight, salt) => {
    const shape = weight.shape as number[];
    const size = shape.reduce((product, side) => product * side, 1);
    tidy(() => {
      weight.write(tensor(waves(size, salt, 0.3), shape));
    });
  });
  const taps = ['first', 'second'].map(stage => ({
    stage,
    layer: `${stage}.relu`,
    stride: 2,
    channels: 8,
  }));
  const cut = cutAt({ model, taps }, 'first');
  return { model, cut, classifier: headOn(cut.trained, classifierHead(8, 2, { seed: 1 })) };
}

function maps(count: number): FeatureSource {
  const labels = Int32Array.from({ length: count }, (_, index) => index % 2);
  const size = 5 * 5 * 6;
  const read = (photos: ArrayLike<number>) => {
    const rows = Array.from(photos, photo => {
      const own = waves(size, photo, 1).map(Math.abs);
      return own.map((value, index) => (index % 2 === labels[photo] ? value : 0));
    });
    return Float32Array.from(rows.flatMap(row => Array.from(row)));
  };
  return { labels, views: 1, shape: [5, 5, 6], read };
}

/** Fine-tunes on an engine. Returns the losses of the epochs, and which weights have changed. */
async function finetune(engine: string) {
  await setBackend(engine);
  const { model, cut, classifier } = network();
  const before = await snapshotOf(model.weights);
  const data = { train: maps(12), validation: maps(6), classes: 2 };
  const losses: number[] = [];
  const options = { ...recipes.finetune, epochs: 2, batchSize: 6, depthOf: cut.depthOf };
  for await (const { trainLoss, validation } of fit(classifier, data, options))
    losses.push(trainLoss, validation.loss);
  const after = await snapshotOf(model.weights);
  const changed = [...after.keys()].filter(name => after.get(name) !== before.get(name));
  return { losses, changed };
}

async function snapshotOf(weights: readonly { readonly originalName: string; read(): Tensor }[]) {
  const values = new Map<string, string>();
  for (const weight of weights) values.set(weight.originalName, String(await weight.read().data()));
  return values;
}

describe('fine-tuning after a cut', () => {
  test('gives the same on every engine, and changes what is after the cut alone', async () => {
    const onCpu = await finetune('cpu');
    const after = ['conv', 'shortcut'].flatMap(name => [
      `second.${name}/bias`,
      `second.${name}/kernel`,
    ]);
    expect(onCpu.changed.sort()).toEqual(after);
    await setBackend('wasm');
    await expect(finetune('wasm')).rejects.toThrow(
      /engine 'wasm' cannot train these layers: it has no kernel 'Conv2DBackpropFilter'/,
    );
    registerFilterGradient('wasm');
    for (const engine of ['ort', 'wasm']) {
      const { losses, changed } = await finetune(engine);
      expect(changed.sort()).toEqual(after);
      losses.forEach((loss, index) => {
        expect(Math.abs(loss / onCpu.losses[index]! - 1)).toBeLessThan(1e-3);
      });
    }
  });

  test.each([
    [1, 'valid', 3],
    [2, 'same', 3],
    [2, 'valid', 1],
    [1, 2, 5],
  ] as const)(
    'the gradient of a filter on wasm, stride %i, padding %s, side %i',
    async (stride, padding, side) => {
      const of = async (engine: string) => {
        await setBackend(engine);
        const x = tensor(waves(2 * 9 * 8 * 3, 1, 1), [2, 9, 8, 3]) as Tensor4D;
        const filter = tensor(waves(side * side * 3 * 4, 2, 1), [side, side, 3, 4]) as Tensor4D;
        const gradient = grad(w => square(conv2d(x, w as Tensor4D, stride, padding)));
        return gradient(filter).data();
      };
      const [expected, found] = [await of('cpu'), await of('wasm')];
      found.forEach((value, index) => {
        expect(value).toBeCloseTo(expected[index]!, 3);
      });
    },
  );
});
