import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { ortBackend } from '../src/index';
import { normal } from './backends';

beforeAll(async () => {
  await tf.setBackend('ort');
});

const tensorOf = (shape: readonly number[], seed: number, scale = 1) =>
  tf.tensor(
    [...normal([...shape], seed).values].map(value => scale * value),
    [...shape],
  );
const statistics = () => ({ ...ortBackend()!.statistics });

/** Convolutions with a batch norm, and a layer of products. */
class Network {
  readonly weights: tf.Variable[];

  constructor(seed = 0) {
    const shapes = [[3, 3, 3, 16], [16], [16], [1, 1, 16, 32], [32, 5], [5]];
    this.weights = tf.tidy(() =>
      shapes.map((shape, i) => tf.variable(tensorOf(shape, seed + i, 0.2))),
    );
  }

  apply(x: tf.Tensor): tf.Tensor {
    const [filter, scale, offset, second, matrix, bias] = this.weights as unknown as [
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.Tensor4D,
      tf.Tensor2D,
      tf.Tensor1D,
    ];
    const [mean, variance] = [tf.zeros<tf.Rank.R1>([16]), tf.ones<tf.Rank.R1>([16])];
    const y = tf.conv2d(x as tf.Tensor4D, filter, 2, 'same');
    const normed = tf.relu(tf.batchNorm(y, mean, variance, offset, scale, 1e-3)) as tf.Tensor4D;
    const pooled = tf.mean<tf.Tensor2D>(tf.conv2d(normed, second, 1, 'same'), [1, 2]);
    return tf.add(tf.matMul(pooled, matrix), bias);
  }

  async read(x: tf.Tensor): Promise<Float32Array> {
    const y = tf.tidy(() => this.apply(x));
    const values = await y.data<'float32'>();
    y.dispose();
    return values;
  }

  dispose(): void {
    tf.dispose(this.weights);
  }
}

describe('a network gives the same bits', () => {
  const x = () => tensorOf([4, 17, 17, 3], 50);

  test('however often it ran, and compiles once', async () => {
    const [network, images] = [new Network(), x()];
    const before = statistics().compilations;
    const first = await network.read(images);
    for (let run = 0; run < 4; run++) expect(await network.read(images)).toEqual(first);
    expect(statistics().compilations - before).toBe(1);
    network.dispose();
    images.dispose();
  });

  test('right after its weights were computed as when they are known', async () => {
    const [computed, known, images] = [new Network(), new Network(), x()];
    tf.tidy(() => {
      for (const weight of computed.weights) weight.assign(tf.mul(weight, 1.5));
    });
    const first = await computed.read(images);
    for (const [i, weight] of known.weights.entries()) {
      const values = await computed.weights[i]!.data();
      tf.tidy(() => {
        weight.assign(tf.tensor(values, weight.shape));
      });
    }
    expect(await known.read(images)).toEqual(first);
    expect(await computed.read(images)).toEqual(first);
    for (const each of [computed, known, images]) each.dispose();
  });

  test('when another of its structure runs between, without compiling again', async () => {
    const [one, other, images] = [new Network(), new Network(20), x()];
    const expected = [await one.read(images), await other.read(images)];
    const before = statistics().compilations;
    for (let run = 0; run < 3; run++) {
      expect(await one.read(images)).toEqual(expected[0]);
      expect(await other.read(images)).toEqual(expected[1]);
    }
    expect(statistics().compilations).toBe(before);
    for (const each of [one, other, images]) each.dispose();
  });

  test('after training as when the trained weights are loaded; a step compiles once', async () => {
    const [trained, images] = [new Network(), x()];
    const optimizer = tf.train.sgd(0.01);
    const step = async () => {
      const loss = optimizer.minimize(
        () => tf.mean<tf.Scalar>(tf.square(trained.apply(images))),
        true,
        trained.weights,
      )!;
      await loss.data();
      loss.dispose();
    };
    await trained.read(images);
    await step();
    const before = statistics().compilations;
    for (let i = 0; i < 3; i++) await step();
    expect(statistics().compilations).toBe(before);
    const logits = await trained.read(images);
    const loaded = new Network();
    for (const [i, weight] of loaded.weights.entries()) {
      const values = await trained.weights[i]!.data();
      tf.tidy(() => {
        weight.assign(tf.tensor(values, weight.shape));
      });
    }
    expect(await loaded.read(images)).toEqual(logits);
    for (const each of [trained, loaded, images, optimizer]) each.dispose();
  });

  test('and a step of its training is one run, though its weights are still to be computed', async () => {
    const [network, images] = [new Network(), x()];
    const optimizer = tf.train.adam(0.01);
    // As in a large step, whose work is run before the weights move.
    const step = async () => {
      const { value, grads } = tf.variableGrads(
        () => tf.mean<tf.Scalar>(tf.square(network.apply(images))),
        network.weights,
      );
      await value.data();
      optimizer.applyGradients(grads as Parameters<typeof optimizer.applyGradients>[0]);
      tf.dispose([value, ...Object.values(grads)]);
    };
    await step();
    await step();
    const before = statistics().runs;
    for (let i = 0; i < 3; i++) await step();
    expect(statistics().runs - before).toBe(3);
    for (const each of [network, images, optimizer]) each.dispose();
  });

  test.each([true, false])(
    'when its last part is trained, and the loss is read before the step: %s',
    async readFirst => {
      const [network, images] = [new Network(), x()];
      const last = network.weights.slice(3);
      const losses: number[] = [];
      const step = async () => {
        const { value, grads } = tf.variableGrads(
          () => tf.mean<tf.Scalar>(tf.square(network.apply(images))),
          last,
        );
        if (readFirst) losses.push((await value.data())[0]!);
        tf.tidy(() => {
          for (const weight of last)
            weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, 1e-3)));
        });
        losses.push((await value.data())[0]!);
        tf.dispose([value, ...Object.values(grads)]);
      };
      await step();
      await step();
      const before = statistics().compilations;
      for (let i = 0; i < 3; i++) await step();
      expect(statistics().compilations).toBe(before);
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
      network.dispose();
      images.dispose();
    },
  );

  test('whether the steps of a training are read one by one or together', async () => {
    const train = async (readEach: boolean) => {
      const [network, images] = [new Network(), x()];
      const optimizer = tf.train.momentum(0.01, 0.9);
      for (let i = 0; i < 4; i++) {
        const loss = optimizer.minimize(
          () => tf.mean<tf.Scalar>(tf.square(network.apply(images))),
          true,
          network.weights,
        )!;
        if (readEach) await loss.data();
        loss.dispose();
      }
      const weights = await Promise.all(network.weights.map(weight => weight.data()));
      for (const each of [network, images, optimizer]) each.dispose();
      return weights;
    };
    expect(await train(false)).toEqual(await train(true));
  });
});

test('sessions of weights that are gone are released', async () => {
  const before = statistics().sessions;
  const [network, images] = [new Network(), tensorOf([2, 9, 9, 3], 1)];
  await network.read(images);
  expect(statistics().sessions).toBe(before + 1);
  network.dispose();
  expect(statistics().sessions).toBe(before);
  images.dispose();
});

test('a filter that the program writes anew for each run is compiled once', async () => {
  const x = tensorOf([1, 8, 8, 1], 3) as tf.Tensor4D;
  const written = async () => {
    const filter = tf.tensor4d(new Array(9).fill(1 / 9), [3, 3, 1, 1]);
    const y = tf.conv2d(x, filter, 1, 'same');
    const values = await y.data();
    tf.dispose([filter, y]);
    return values;
  };
  const first = await written();
  const before = statistics().compilations;
  for (let run = 0; run < 3; run++) expect(await written()).toEqual(first);
  expect(statistics().compilations).toBe(before);
  x.dispose();
});

test('numbers decide which form a computation has, whichever came before', async () => {
  const x = tensorOf([4, 64], 5);
  const unit = async (half: number) => {
    const y = tf.tidy(() => tf.mul(tf.mul(x, half), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)));
    const values = await y.data();
    y.dispose();
    return values;
  };
  const gelu = await unit(0.5);
  const twice = await unit(1);
  expect(await unit(0.5)).toEqual(gelu);
  expect(await unit(1)).toEqual(twice);
  for (const [i, value] of twice.entries()) expect(value).toBeCloseTo(2 * gelu[i]!, 5);
  x.dispose();
});

test('a thousand numbers of the program in one run', async () => {
  const y = tf.tidy(() => {
    let sum: tf.Tensor = tf.tensor1d([0, 1]);
    for (let i = 1; i <= 1000; i++) sum = tf.add(sum, i);
    return sum;
  });
  expect(Array.from(await y.data())).toEqual([500500, 500501]);
  y.dispose();
});
