import * as tf from '@tensorflow/tfjs-core';
import type { Computation, Operand } from './broadcasts';
import { sizeOf } from './numbers';
import { Random } from './random';

/** A convolution or pooling with random geometry. */
export interface Windowed {
  readonly text: string;
  readonly operands: readonly Operand[];
  readonly compute: Computation;
}

type Explicit = [[number, number], [number, number], [number, number], [number, number]];
type Padding = 'same' | 'valid' | number | Explicit;

const kinds = [
  'conv2d',
  'conv2d of channels first',
  'conv2d with bias and ReLU',
  'depthwiseConv2d',
  'depthwiseConv2d of blocks',
  'depthwiseConv2d of blocks, between convolutions',
  'conv2dTranspose',
  'conv3d',
  'conv3dTranspose',
  'maxPool',
  'avgPool',
  'maxPool3d',
  'avgPool3d',
] as const;

/** The convolution or pooling for a seed. Lengths, strides, dilations, padding and rounding differ between the axes. */
export function drawWindowed(seed: number): Windowed {
  const random = new Random(seed);
  const kind = kinds[seed % kinds.length]!;
  const [images, channels, outputs] = [1, 1, 1].map(least => random.whole(least, 3)) as Triple;
  const space = [random.whole(1, 4), random.whole(1, 7), random.whole(1, 7)] as Triple;
  const [depth, height, width] = space;
  const [kd, kh, kw] = [random.whole(1, 3), random.whole(1, 4), random.whole(1, 4)] as Triple;
  const [sd, sh, sw] = [random.whole(1, 3), random.whole(1, 3), random.whole(1, 3)] as Triple;
  const explicit: Explicit = [[0, 0], pair(random), pair(random), [0, 0]];
  const pad: Padding = random.of(['same', 'valid', random.whole(0, 4), explicit] as const);
  const rounding =
    typeof pad === 'string' ? undefined : random.of(['floor', 'round', 'ceil'] as const);
  const dilations: [number, number] =
    sh === 1 && sw === 1 ? [random.whole(1, 2), random.whole(1, 2)] : [1, 1];
  const strides: [number, number] = [sh, sw];
  const simple = Array.isArray(pad) ? 'same' : pad;
  const round = typeof simple === 'string' ? undefined : rounding;
  const flat = [images, height, width, channels];
  const deep = [images, depth, height, width, channels];
  const filter = [kh, kw, channels, outputs];
  const blocked = 16 * outputs;
  const [shapes, compute]: [number[][], (x: tf.Tensor, y: tf.Tensor) => tf.Tensor] = (() => {
    switch (kind) {
      case 'conv2d':
        return [
          [flat, filter],
          (x, y) => tf.conv2d(x as X, y as X, strides, pad, 'NHWC', dilations, rounding),
        ];
      case 'conv2d of channels first': {
        const first: Padding = Array.isArray(pad) ? [pad[0], pad[3], pad[1], pad[2]] : pad;
        return [
          [[images, channels, height, width], filter],
          (x, y) => tf.conv2d(x as X, y as X, strides, first, 'NCHW', dilations, rounding),
        ];
      }
      case 'conv2d with bias and ReLU': {
        const rest = { strides, pad, dilations, activation: 'relu' as const };
        return [
          [flat, filter],
          (x, y) =>
            tf.fused.conv2d({
              ...rest,
              x: x as X,
              filter: y as X,
              bias: tf.ones([outputs]),
              ...(rounding && { dimRoundingMode: rounding }),
            }),
        ];
      }
      case 'depthwiseConv2d':
        return [
          [flat, filter],
          (x, y) => tf.depthwiseConv2d(x as X, y as X, strides, pad, 'NHWC', dilations, rounding),
        ];
      // As many channels as fill blocks, which are 8 or 16 long.
      case 'depthwiseConv2d of blocks':
        return [
          [
            [...flat.slice(0, 3), blocked],
            [kh, kw, blocked, 1],
          ],
          (x, y) => tf.depthwiseConv2d(x as X, y as X, strides, pad, 'NHWC', dilations, rounding),
        ];
      case 'depthwiseConv2d of blocks, between convolutions': {
        const mixing = tf.tensor4d([0.5, -0.25, 0.125, 1], [1, 1, 4, 1]);
        return [
          [flat, [kh, kw, 16, 1]],
          (x, y) => {
            const wide = tf.tile(mixing, [1, 1, 4, 4]);
            const before = tf.conv2d(x as X, tf.ones([2, 2, channels, 16]) as X, 1, 'same');
            const z = tf.depthwiseConv2d(before, y as X, strides, pad, 'NHWC', dilations, rounding);
            return tf.conv2d(z, wide as X, 1, 'same');
          },
        ];
      }
      case 'conv2dTranspose': {
        const shape: Shape4 = [images, height * sh, width * sw, outputs];
        return [
          [flat, [kh, kw, outputs, channels]],
          (x, y) => tf.conv2dTranspose(x as X, y as X, shape, strides, 'same'),
        ];
      }
      case 'conv3d':
        return [
          [deep, [kd, kh, kw, channels, outputs]],
          (x, y) => tf.conv3d(x as Y, y as Y, [sd, sh, sw], pad === 'valid' ? 'valid' : 'same'),
        ];
      case 'conv3dTranspose': {
        const shape: Shape5 = [images, depth * sd, height * sh, width * sw, outputs];
        return [
          [deep, [kd, kh, kw, outputs, channels]],
          (x, y) => tf.conv3dTranspose(x as Y, y as Y, shape, [sd, sh, sw], 'same'),
        ];
      }
      case 'maxPool':
        return [[flat], x => tf.maxPool(x as X, [kh, kw], strides, pad, rounding)];
      case 'avgPool':
        return [[flat], x => tf.avgPool(x as X, [kh, kw], strides, pad, rounding)];
      // For windows that are not square, tfjs's own gradient uses wrong positions.
      case 'maxPool3d':
        return [[deep], x => tf.maxPool3d(x as Y, [kd, kh, kh], [sd, sh, sw], simple, round)];
      case 'avgPool3d':
        return [[deep], x => tf.avgPool3d(x as Y, [kd, kh, kw], [sd, sh, sw], simple, round)];
    }
  })();
  const operands = shapes.map(shape => ({
    shape,
    values: Array.from({ length: sizeOf(shape) }, () => random.next() * 4 - 2),
  }));
  const geometry = { kernelSize: [kd, kh, kw], strides: [sd, sh, sw], dilations, pad, rounding };
  const text = `seed ${seed}: ${kind} of ${shapes.map(shape => `[${shape}]`).join(', ')} ${JSON.stringify(geometry)}`;
  return { text, operands, compute: (a, b) => compute(a, b) };
}

type Triple = [number, number, number];
type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];
type X = tf.Tensor4D;
type Y = tf.Tensor5D;

const pair = (random: Random): [number, number] => [random.whole(0, 3), random.whole(0, 3)];
