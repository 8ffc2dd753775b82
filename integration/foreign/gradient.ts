import type { GraphModel } from '@tensorflow/tfjs-converter';
import {
  abs,
  add,
  grad,
  max,
  mean,
  mul,
  type NamedTensorMap,
  neg,
  oneHot,
  reshape,
  type Scalar,
  slice,
  sum,
  type Tensor,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { isLayers, type Model } from './models';

/** The score of a class as a function of the tapped features, computed without this library. */
export interface Watched {
  /** `[1, h, w, C]`. */
  readonly features: Tensor;
  score(delta: Tensor): Scalar;
}

/**
 * @param bare The model without its last activation.
 * @param tap Name of a graph's node, or path of a layer.
 * @param pick Name of the output, and index in it. With `sign` -1 it is the answer "no" of a single sigmoid.
 */
export function watched(
  bare: Model,
  fed: NamedTensorMap,
  tap: string,
  pick: { readonly output: string; readonly index: number; readonly sign: number },
): Watched {
  const chosen = (output: Tensor): Scalar => {
    const flat = reshape(output, [-1]);
    return mul(reshape(slice(flat, [pick.index], [1]), []), pick.sign) as Scalar;
  };
  return isLayers(bare)
    ? inLayers(bare, Object.values(fed), tap, chosen)
    : inGraph(bare, fed, tap, output => chosen(output), pick.output);
}

function inGraph(
  bare: GraphModel,
  fed: NamedTensorMap,
  tap: string,
  chosen: (output: Tensor) => Scalar,
  output: string,
): Watched {
  const features = bare.execute(fed, tap) as Tensor;
  return {
    features,
    score: delta => chosen(bare.execute({ ...fed, [tap]: add(features, delta) }, output) as Tensor),
  };
}

/** Applies the layers after the tap one after another. This does not work for models that branch after the tap. */
function inLayers(
  bare: LayersModel,
  fed: Tensor[],
  tap: string,
  chosen: (output: Tensor) => Scalar,
): Watched {
  const layer = bare.getLayer(tap);
  const outputs = layer.output as SymbolicTensor;
  const features = model({ inputs: bare.inputs, outputs }).predict(fed) as Tensor;
  const after = bare.layers.slice(bare.layers.indexOf(layer) + 1);
  return {
    features,
    score: delta =>
      chosen(after.reduce((x, each) => each.apply(x) as Tensor, add(features, delta))),
  };
}

/** Gradient of the score, averaged over the positions, `[C]`. */
export async function weightsOf({ features, score }: Watched): Promise<Float32Array> {
  const weights = tidy(() => mean(grad(score)(zerosLike(features)), [0, 1, 2]));
  return (await weights.data()) as Float32Array;
}

/**
 * Step sizes of the finite differences, as shares of the largest feature. The first is larger than the rounding errors of
 * the score; the second is small enough for a curved score. The better result counts.
 */
export const steps = [1e-2, 1e-3] as const;

/** The same gradient by central differences, for models with operations that TensorFlow.js cannot differentiate. */
export const slopesOf = (on: Watched, step: number): Float32Array =>
  Float32Array.from({ length: on.features.shape[3]! }, (_, channel) => slope(on, channel, step));

/** The Grad-CAM map before negative values are set to 0, `[h * w]`. */
export const mapOf = ({ features }: Watched, weights: Float32Array): Float32Array =>
  tidy(() => sum(mul(features, weights), 3).dataSync()) as Float32Array;

/**
 * The largest difference between the gradient and central differences of the score. Whole channels are raised and lowered:
 * the three that contribute most to the map, and two others. The difference is a share of the largest contribution, for the
 * better step size.
 */
export function differences(on: Watched, weights: Float32Array): number {
  const heights = tidy(() => max(abs(on.features), [0, 1, 2]).dataSync());
  const share = (channel: number) => Math.abs(weights[channel]!) * heights[channel]!;
  const order = [...weights.keys()].sort((a, b) => share(b) - share(a));
  const { length } = order;
  const channels = new Set([...order.slice(0, 3), order[length >> 1]!, order[length >> 2]!]);
  const largest = share(order[0]!);
  const errors = [...channels].map(channel => {
    const error = (step: number) => Math.abs(slope(on, channel, step) - weights[channel]!);
    const given = Math.min(...steps.map(error)) * heights[channel]!;
    // The map is all zeros, for example because all features are 0.
    return given === 0 ? 0 : given / largest;
  });
  return Math.max(...errors);
}

/**
 * Slope of the score with respect to the mean over positions of one channel; the step is a share of the largest feature.
 */
function slope({ features, score }: Watched, channel: number, share: number): number {
  return tidy(() => {
    const channels = features.shape[3]!;
    const step = share * max(abs(features)).dataSync()[0]!;
    const one = reshape(mul(oneHot([channel], channels), step), [1, 1, 1, channels]);
    const delta = add(zerosLike(features), one);
    const difference = score(delta).dataSync()[0]! - score(neg(delta)).dataSync()[0]!;
    return (difference / (2 * step) / features.size) * channels;
  });
}
