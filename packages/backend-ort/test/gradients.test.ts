import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { fallbackCounts } from '../src/index';
import { distance, normal, onBoth, type Values } from './backends';

/** Sums of a few hundred float32 products agree to about this, relative to the largest. */
const tolerance = 2e-5;

type Network = (...tensors: tf.Tensor[]) => tf.Tensor;

/** Output and gradients by every input agree with the `cpu` backend. */
async function agrees(inputs: readonly Values[], network: Network): Promise<void> {
  const { cpu, ort } = await onBoth(inputs, (...tensors) => {
    // Every output gets a gradient of its own.
    const weighted = (...xs: tf.Tensor[]) => {
      const y = network(...xs);
      const weights = tf.add(tf.cos(tf.range(0, y.size)), 0.3);
      return tf.sum<tf.Scalar>(tf.mul(y, tf.reshape(weights, y.shape)));
    };
    const { value, grads } = tf.valueAndGrads(weighted)(tensors);
    return [value, ...grads];
  });
  cpu.forEach((values, i) => {
    expect(distance(values, ort[i]!), `result ${i} of shape [${values.shape}]`).toBeLessThan(
      tolerance,
    );
  });
}

const options = { numRuns: 25, seed: 7 };
const size = fc.integer({ min: 3, max: 9 });
const few = fc.integer({ min: 1, max: 4 });
const seeds = fc.integer({ min: 1, max: 1e6 });
const padding = fc.constantFrom<'same' | 'valid'>('same', 'valid');

test('convolution over random sizes, channels, kernels, strides and paddings, forward also dilated', async () => {
  const explicit = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        n: few,
        h: size,
        w: size,
        c: fc.integer({ min: 1, max: 10 }),
        k: few,
        kh: fc.integer({ min: 1, max: 3 }),
        kw: fc.integer({ min: 1, max: 3 }),
      }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      fc.oneof(padding, explicit),
      seeds,
      async ({ n, h, w, c, k, kh, kw }, step, dilated, pad, seed) => {
        const strides = dilated ? 1 : step;
        const dilations = dilated ? Math.min(step, 2) : 1;
        const room = (kh - 1) * dilations < h && (kw - 1) * dilations < w;
        fc.pre(room);
        const pads: tf.backend_util.ExplicitPadding | 'same' | 'valid' = Array.isArray(pad)
          ? [
              [0, 0],
              [pad[0]!, pad[1]!],
              [pad[2]!, pad[3]!],
              [0, 0],
            ]
          : pad;
        const inputs = [normal([n, h, w, c], seed), normal([kh, kw, c, k], seed + 1)];
        const convolve: Network = (x, filter) =>
          tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pads, 'NHWC', dilations);
        // tfjs has no gradient of a dilated convolution.
        if (dilations === 1) await agrees(inputs, convolve);
        const { cpu, ort } = await onBoth(inputs, convolve);
        expect(distance(cpu[0]!, ort[0]!)).toBeLessThan(tolerance);
      },
    ),
    options,
  );
});

test('convolutions, also depthwise, of what was padded before: by other amounts on each side, with strides', async () => {
  const amount = fc.integer({ min: 0, max: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(amount, amount, amount, amount),
      fc.integer({ min: 1, max: 3 }),
      padding,
      fc.boolean(),
      seeds,
      async ([top, bottom, left, right], strides, pads, perChannel, seed) => {
        const inputs = [normal([2, 5, 6, 3], seed), normal([3, 2, 3, 2], seed + 1)];
        await agrees(inputs, (x, filter) => {
          const relu = tf.relu(x as tf.Tensor4D);
          const padded = tf.pad4d(relu, [
            [0, 0],
            [top, bottom],
            [left, right],
            [0, 0],
          ]);
          const convolve = perChannel ? tf.depthwiseConv2d : tf.conv2d;
          return convolve(padded, filter as tf.Tensor4D, strides, pads);
        });
      },
    ),
    options,
  );
});

test('convolutions in a row, whose values and gradients stay channels first', async () => {
  // Both sides of the bound where images are multiplied one by one: many pixels and few channels, and the reverse.
  const shapes = fc.constantFrom(
    { n: 3, side: 14, c: 9, k: 8, kernelSize: 1 },
    { n: 2, side: 12, c: 10, k: 12, kernelSize: 3 },
    { n: 3, side: 4, c: 40, k: 44, kernelSize: 1 },
    { n: 2, side: 4, c: 24, k: 20, kernelSize: 3 },
  );
  await fc.assert(
    fc.asyncProperty(
      shapes,
      fc.integer({ min: 1, max: 2 }),
      padding,
      seeds,
      async ({ n, side, c, k, kernelSize }, strides, pad, seed) => {
        const inputs = [
          normal([n, side, side, 3], seed),
          normal([3, 3, 3, c], seed + 1),
          normal([kernelSize, kernelSize, c, k], seed + 2),
          normal([1, 1, k, 5], seed + 3),
        ];
        await agrees(inputs, (x, ...filters) => {
          const [first, second, third] = filters as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
          const a = tf.relu(tf.conv2d(x as tf.Tensor4D, first, 1, 'same'));
          const b = tf.relu(tf.conv2d(a, second, strides, pad));
          return tf.mul(tf.conv2d(b, third, 1, 'valid'), 0.1);
        });
      },
    ),
    { ...options, numRuns: 20 },
  );
});

test('depthwise convolution, with several outputs per channel', async () => {
  await fc.assert(
    fc.asyncProperty(
      few,
      size,
      size,
      few,
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 3 }),
      padding,
      seeds,
      async (n, h, w, c, multiplier, strides, pad, seed) => {
        await agrees(
          [normal([n, h, w, c], seed), normal([3, 2, c, multiplier], seed + 1)],
          (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad),
        );
      },
    ),
    options,
  );
});

test('max and average pooling, windows overlapping or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      few,
      size,
      size,
      few,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      padding,
      seeds,
      async (n, h, w, c, window, strides, pad, seed) => {
        const x = normal([n, h, w, c], seed);
        await agrees([x], image => tf.maxPool(image as tf.Tensor4D, window, strides, pad));
        await agrees([x], image => tf.avgPool(image as tf.Tensor4D, window, strides, pad));
      },
    ),
    options,
  );
});

test('batch norm: of the batch itself, and with fixed statistics; of images and of vectors', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 4 }),
      size,
      size,
      few,
      fc.boolean(),
      seeds,
      async (n, h, w, c, vectors, seed) => {
        const x = normal(vectors ? [n * h, c] : [n, h, w, c], seed);
        const scale = normal([c], seed + 1);
        const offset = normal([c], seed + 2);
        const axes = vectors ? [0] : [0, 1, 2];
        await agrees([x, scale, offset], (batch, gamma, beta) => {
          const { mean, variance } = tf.moments(batch, axes);
          const y = tf.batchNorm(
            batch,
            mean as tf.Tensor1D,
            variance as tf.Tensor1D,
            beta as tf.Tensor1D,
            gamma as tf.Tensor1D,
            1e-3,
          );
          return tf.relu(y);
        });
        await agrees([x, normal([c], seed + 3), scale, offset], (batch, mean, gamma, beta) =>
          tf.batchNorm(
            batch,
            mean as tf.Tensor1D,
            tf.fill([c], 1.5) as tf.Tensor1D,
            beta as tf.Tensor1D,
            gamma as tf.Tensor1D,
            1e-3,
          ),
        );
      },
    ),
    options,
  );
});

test('batch norm after a convolution over one axis or two, with a sum and a ReLU', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 2, max: 3 }),
      few,
      few,
      seeds,
      async (axes, n, c, outputs, seed) => {
        const space = [5, 4].slice(0, axes);
        const x = normal([n, ...space, c], seed);
        const filter = normal([...space.map(() => 2), c, outputs], seed + 1);
        const shortcut = normal([n, ...space, outputs], seed + 2);
        const scale = normal([outputs], seed + 3);
        const offset = normal([outputs], seed + 4);
        await agrees([x, filter, shortcut, scale, offset], (image, kernel, other, gamma, beta) => {
          const y = convolved(image, kernel);
          const { mean, variance } = tf.moments(
            y,
            Array.from({ length: axes + 1 }, (_, axis) => axis),
          );
          const normed = tf.batchNorm(
            y,
            mean as tf.Tensor1D,
            variance as tf.Tensor1D,
            beta as tf.Tensor1D,
            gamma as tf.Tensor1D,
            1e-3,
          );
          return tf.relu(tf.add(normed, other));
        });
      },
    ),
    options,
  );
});

function convolved(x: tf.Tensor, filter: tf.Tensor): tf.Tensor {
  if (x.rank === 3) return tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, 1, 'same');
  return tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
}

test('batch norm by a mean that was given from outside is differentiated by it', async () => {
  await tf.setBackend('ort');
  const x = normal([4, 3, 3, 2], 5);
  await agrees([x, { shape: [2], values: [0.1, 0.2] }], (batch, mean) =>
    tf.batchNorm(
      batch,
      mean as tf.Tensor1D,
      tf.ones([2]) as tf.Tensor1D,
      tf.zeros([2]) as tf.Tensor1D,
      tf.ones([2]) as tf.Tensor1D,
    ),
  );
});

test('layer norm and GELU', async () => {
  await fc.assert(
    fc.asyncProperty(few, size, fc.integer({ min: 2, max: 9 }), seeds, async (n, h, c, seed) => {
      await agrees([normal([n, h, c], seed), normal([c], seed + 1)], (x, gamma) => {
        const { mean, variance } = tf.moments(x, -1, true);
        const y = tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-6))), gamma);
        return tf.mul(tf.mul(0.5, y), tf.add(1, tf.erf(tf.div(y, Math.SQRT2))));
      });
    }),
    options,
  );
});

test('bilinear resize of square images (the gradient that cpu gives for others has its sides exchanged)', async () => {
  await fc.assert(
    fc.asyncProperty(
      few,
      size,
      size,
      size,
      few,
      fc.boolean(),
      seeds,
      async (n, h, height, width, c, align, seed) => {
        await agrees([normal([n, h, h, c], seed)], x =>
          tf.image.resizeBilinear(x as tf.Tensor4D, [height, width], align),
        );
      },
    ),
    options,
  );
});

test('softmax cross entropy with label smoothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 2, max: 9 }),
      seeds,
      async (n, k, seed) => {
        await agrees([normal([n, k], seed)], logits => {
          const labels = tf.oneHot(
            tf.tensor1d(
              Array.from({ length: n }, (_, i) => i % k),
              'int32',
            ),
            k,
          );
          return tf.losses.softmaxCrossEntropy(labels, logits, undefined, 0.1);
        });
      },
    ),
    options,
  );
});

test('the gradient of a gradient', async () => {
  const { cpu, ort } = await onBoth([normal([2, 5], 3)], x => {
    const slope = tf.grad(y => tf.sum(tf.relu(tf.mul(tf.mul(y, y), y))));
    return tf.grad(y => tf.mean(slope(y)))(x);
  });
  expect(distance(cpu[0]!, ort[0]!)).toBeLessThan(tolerance);
});

afterAll(() => {
  // None of what networks train with runs in JavaScript; the range is what this test weights its outputs with.
  expect(Object.keys(fallbackCounts())).toEqual(['Range']);
});
