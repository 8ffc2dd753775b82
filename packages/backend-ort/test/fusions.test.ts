import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { findFusions } from '../src/graph/fusions';
import { type GraphNode, leaf } from '../src/graph/node';
import { schedule } from '../src/graph/schedule';
import { add, multiply } from '../src/operators/arithmetic';
import { elementwise, scalar } from '../src/operators/elementwise';
import { plain } from '../src/operators/plain';
import { matMul } from '../src/operators/product';
import { reshape, transpose as turn } from '../src/operators/shape';
import { distance, normal, onBoth } from './backends';

/** The exact Gaussian error linear unit, as a program writes it. */
const gelu = (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor {
  const centered = tf.sub(x, tf.mean(x, -1, true));
  const rate = tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), 1e-6));
  return tf.add(tf.mul(tf.mul(centered, rate), gamma), beta);
}

function pendingGelu(): { x: GraphNode; error: GraphNode; y: GraphNode } {
  const x = leaf(new Float32Array(6), [2, 3], 'float32');
  const error = elementwise('Erf', [multiply(x, scalar(Math.SQRT1_2))]);
  return { x, error, y: multiply(add(scalar(1), error), multiply(scalar(0.5), x)) };
}

/** The nodes of tfjs's gradient of the GELU. */
function pendingGradient(scale = 2 / Math.sqrt(Math.PI)) {
  const x = leaf(new Float32Array(6), [2, 3], 'float32');
  const dy = leaf(new Float32Array(6), [2, 3], 'float32');
  const [half, inner] = [multiply(x, scalar(0.5)), multiply(x, scalar(Math.SQRT1_2))];
  const cumulative = add(elementwise('Erf', [inner]), scalar(1));
  const y = multiply(half, cumulative);
  const bell = elementwise('Exp', [elementwise('Neg', [multiply(inner, inner)])]);
  const byError = multiply(multiply(dy, half), multiply(bell, scalar(scale)));
  const byHalf = multiply(multiply(dy, cumulative), scalar(0.5));
  return { x, y, slope: add(multiply(byError, scalar(Math.SQRT1_2)), byHalf) };
}

describe('GELU', () => {
  test('is one operator, whichever way its factors stand', () => {
    const { y } = pendingGelu();
    const fusions = findFusions(schedule([y]), () => undefined);
    expect([...fusions.keys()]).toEqual([y]);
    expect(fusions.get(y)!.absorbed).toHaveLength(4);
  });

  test('is one operator of what was reshaped before', () => {
    const { x } = pendingGelu();
    const [a, b] = [reshape(elementwise('Exp', [x]), [3, 2]), x];
    const twice = () => reshape(a.inputs[0]!, [3, 2]);
    const error = elementwise('Erf', [multiply(twice(), scalar(Math.SQRT1_2))]);
    const y = multiply(multiply(twice(), scalar(0.5)), add(error, scalar(1)));
    expect(findFusions(schedule([y]), () => undefined).size).toBe(1);
    const other = multiply(multiply(reshape(b, [3, 2]), scalar(0.5)), add(error, scalar(1)));
    expect(findFusions(schedule([other]), () => undefined).size).toBe(0);
  });

  test('is not where somebody else needs what is on the way', () => {
    const { error, y } = pendingGelu();
    const also = elementwise('Exp', [error]);
    expect(findFusions(schedule([y, also]), () => undefined).size).toBe(0);
    expect(findFusions(schedule([y, error]), () => undefined).size).toBe(0);
  });

  test('is one operator where its gradient is asked for too, which needs nothing of it but its input', () => {
    const { x, slope, y } = pendingGradient();
    const fusions = findFusions(schedule([y, slope]), () => undefined);
    expect([...fusions.keys()]).toEqual([slope, y]);
    expect(fusions.get(slope)!.inputs[0]).toBe(x);
    expect(fusions.get(slope)!.absorbed).toHaveLength(9);
  });

  test('has another gradient where it is scaled differently', () => {
    const { slope, y } = pendingGradient(1);
    expect(findFusions(schedule([y, slope]), () => undefined).size).toBe(0);
  });

  test('has the gradient of the cpu backend where it is computed in pieces', async () => {
    const x = normal([64, 2048], 7);
    const slope = await onBoth([x], input => tf.grad(gelu)(input));
    expect(distance(slope.cpu[0]!, slope.ort[0]!)).toBeLessThan(1e-6);
  });

  test('is not what only looks like it', () => {
    const x = leaf(new Float32Array(6), [2, 3], 'float32');
    const error = elementwise('Erf', [multiply(x, scalar(0.7))]);
    const y = multiply(multiply(x, scalar(0.5)), add(error, scalar(1)));
    expect(findFusions(schedule([y]), () => undefined).size).toBe(0);
  });

  test('is not looked for in what is known already', () => {
    const { x, y } = pendingGelu();
    for (const input of y.inputs) {
      input.data = new Float32Array(6);
      input.inputs = [];
    }
    expect(findFusions(schedule([y]), () => undefined).size).toBe(0);
    expect(findFusions(schedule([multiply(x, y)]), () => undefined).size).toBe(0);
  });

  test('has the values of the cpu backend, and its gradient too', async () => {
    const x = normal([3, 5, 7, 4], 1);
    const forward = await onBoth([x], gelu);
    expect(distance(forward.cpu[0]!, forward.ort[0]!)).toBeLessThan(1e-6);
    const odd = { shape: [4], values: [Number.NaN, Infinity, -Infinity, -0] };
    const extremes = await onBoth([odd], gelu);
    expect(distance(extremes.cpu[0]!, extremes.ort[0]!)).toBe(0);
    const slope = await onBoth([x], input => [gelu(input), tf.grad(gelu)(input)]);
    expect(distance(slope.cpu[0]!, slope.ort[0]!)).toBeLessThan(1e-6);
    expect(distance(slope.cpu[1]!, slope.ort[1]!)).toBeLessThan(1e-5);
  });
});

describe('a ReLU with a bound', () => {
  const x = () => leaf(new Float32Array(6), [2, 3], 'float32');
  const relu = (input: GraphNode) => elementwise('Relu', [input]);
  const least = (a: GraphNode, b: GraphNode) => elementwise('Min', [a, b]);

  test('is one operator, on whichever side the bound is', () => {
    for (const y of [least(scalar(6), relu(x())), least(relu(x()), scalar(6))]) {
      const fusions = findFusions(schedule([y]), () => undefined);
      expect([...fusions.keys()]).toEqual([y]);
      expect(fusions.get(y)!.absorbed).toHaveLength(1);
    }
  });

  test('is not where the bound is below 0 or unknown, or where somebody else needs the ReLU', () => {
    const positive = relu(x());
    const y = least(scalar(6), positive);
    for (const targets of [
      [least(scalar(-1), relu(x()))],
      [least(x(), relu(x()))],
      [least(relu(x()), leaf(Float32Array.of(6), [], 'float32'))],
      [y, positive],
    ])
      expect(findFusions(schedule(targets), () => undefined).size).toBe(0);
  });

  test('has the values of the cpu backend after a convolution, and the gradients too', async () => {
    const [images, kernel] = [normal([2, 7, 5, 3], 1), normal([3, 3, 3, 4], 2)];
    const layer = (x: tf.Tensor, k: tf.Tensor) =>
      tf.minimum(3, tf.relu(tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 2, 'same')));
    const forward = await onBoth([images, kernel], layer);
    expect(Math.max(...forward.cpu[0]!.values)).toBe(3);
    expect(distance(forward.cpu[0]!, forward.ort[0]!)).toBeLessThan(1e-6);
    const loss = (x: tf.Tensor, k: tf.Tensor) => tf.sum(tf.square(layer(x, k))) as tf.Scalar;
    const slopes = await onBoth([images, kernel], (...given) => tf.grads(loss as never)(given));
    slopes.cpu.forEach((values, i) => {
      expect(distance(values, slopes.ort[i]!)).toBeLessThan(1e-5);
    });
    const odd = { shape: [5], values: [Number.NaN, Infinity, -Infinity, -0, 7] };
    const extremes = await onBoth([odd], input => tf.minimum(6, tf.relu(input)));
    expect(distance(extremes.cpu[0]!, extremes.ort[0]!)).toBe(0);
  });
});

describe('layer norm', () => {
  const [gamma, beta] = [normal([6], 2), normal([6], 3)];

  test.each([[[4, 6]], [[2, 5, 4, 6]]])('of %j has the values of the cpu backend', async shape => {
    const { cpu, ort } = await onBoth([normal(shape, 4), gamma, beta], layerNorm);
    expect(distance(cpu[0]!, ort[0]!)).toBeLessThan(1e-5);
  });

  test('keeps the digits of a variance that is small beside the mean', async () => {
    const x = normal([8, 6], 5);
    const far = { ...x, values: x.values.map(value => 3000 + value) };
    const { cpu, ort } = await onBoth([far, gamma, beta], layerNorm);
    // A unit in the last place of 3000 is 2.4e-4. From mean and mean square in one pass it would be off by about 0.5.
    expect(distance(cpu[0]!, ort[0]!)).toBeLessThan(3e-4);
  });

  test('has the gradients of the cpu backend', async () => {
    const loss = (x: tf.Tensor, g: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.square(layerNorm(x, g, b))) as tf.Scalar;
    const inputs = [normal([2, 3, 4, 6], 6), gamma, beta];
    const { cpu, ort } = await onBoth(inputs, (...given) => tf.grads(loss as never)(given));
    cpu.forEach((values, i) => {
      expect(distance(values, ort[i]!)).toBeLessThan(1e-5);
    });
  });
});

describe('attention', () => {
  const [queries, keys, values] = [5, 7, 7].map((tokens, seed) => normal([2, tokens, 12], seed));
  const inputs = [queries!, keys!, values!];

  function pending(scaleOn: 'queries' | 'keys' | 'products' | 'nothing', questions = 2) {
    const leaves = inputs.map(({ shape: [count, ...rest] }, index) =>
      leaf(new Float32Array(), [index === 0 ? questions : count!, ...rest], 'float32'),
    );
    const apart = (tokens: GraphNode) =>
      turn(reshape(tokens, [tokens.shape[0]!, tokens.shape[1]!, 3, 4]), [0, 2, 1, 3]);
    const [q, k, v] = leaves.map(apart) as [GraphNode, GraphNode, GraphNode];
    const scaled = (part: typeof scaleOn, node: GraphNode) =>
      part === scaleOn ? multiply(scalar(0.5), node) : node;
    const products = matMul(scaled('queries', q), scaled('keys', k), { transposeB: true });
    const logits = scaled('products', products);
    const weights = plain('Softmax', [logits], logits.shape, { attributes: { axis: -1 } });
    const mixed = turn(matMul(weights, v), [0, 2, 1, 3]);
    return { leaves, weights, y: reshape(mixed, [2, 5, 12]) };
  }

  test.each(['queries', 'keys', 'products', 'nothing'] as const)(
    'is one operator of its tokens, scaled on its %s',
    scaleOn => {
      const { y, leaves } = pending(scaleOn);
      const fusions = findFusions(schedule([y]), () => undefined);
      expect([...fusions.keys()]).toEqual([y]);
      expect(fusions.get(y)!.inputs).toEqual(leaves);
      expect(fusions.get(y)!.absorbed).toHaveLength(scaleOn === 'nothing' ? 10 : 11);
    },
  );

  test('is not where somebody else needs the weights', () => {
    const { y, weights } = pending('queries');
    expect(findFusions(schedule([y, weights]), () => undefined).size).toBe(0);
    const other = elementwise('Exp', [weights]);
    expect(findFusions(schedule([y, other]), () => undefined).size).toBe(0);
  });

  test('is not where one question is asked of all images, as the operator does not broadcast', () => {
    const { y } = pending('queries', 1);
    expect(findFusions(schedule([y]), () => undefined).size).toBe(0);
  });

  /** Attention whose scale stands before or after the product. */
  function attend([q, k, v]: readonly tf.Tensor[], after: boolean): tf.Tensor {
    const [queries, keys, values] = [q!, k!, v!].map(x =>
      tf.transpose(tf.reshape(x, [x.shape[0]!, x.shape[1]!, 3, 4]), [0, 2, 1, 3]),
    );
    const scaled = after ? queries! : tf.mul(queries!, 0.5);
    const products = tf.matMul(scaled, keys!, false, true);
    const weights = tf.softmax(after ? tf.mul(0.5, products) : products);
    return tf.reshape(tf.transpose(tf.matMul(weights, values!), [0, 2, 1, 3]), q!.shape);
  }

  test.each(['before', 'after'])(
    'has the values of the cpu backend, scaled %s the product, and the gradients too',
    async place => {
      const way = (...given: tf.Tensor[]) => attend(given, place === 'after');
      const forward = await onBoth(inputs, way);
      expect(distance(forward.cpu[0]!, forward.ort[0]!)).toBeLessThan(1e-6);
      const loss = (...given: tf.Tensor[]) => tf.sum(tf.square(way(...given))) as tf.Scalar;
      const slopes = await onBoth(inputs, (...given) => tf.grads(loss)(given));
      slopes.cpu.forEach((slope, i) => {
        expect(distance(slope, slopes.ort[i]!)).toBeLessThan(1e-5);
      });
    },
  );
});
