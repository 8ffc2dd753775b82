import {
  abs,
  add,
  dispose,
  greater,
  greaterEqual,
  min,
  moments,
  mul,
  randomNormal,
  sqrt,
  type Tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type ExplainOptions, explain } from '../explain';
import { needed, operationsOf } from '../model/operations';
import { type Explainable, partsOf } from '../model/source';
import { rankCorrelation } from './correlation';

export interface RandomizationOptions extends ExplainOptions {
  /** Number of stages at which maps are made. The stages are spread evenly over the layers, from the last layer down. Default 3. */
  readonly stages?: number;
  /** Seed of the random weights, an integer. Default 0. */
  readonly seed?: number;
}

export interface RandomizationStage {
  /** All layers from the logits down to this layer have random weights. */
  readonly layer: string;
  /**
   * Rank correlation of each image's map with the map of the trained model, -1 to 1. A value near 1 means
   * that the map does not depend on the weights.
   */
  readonly similarity: readonly number[];
}

/** See `randomization` in randomization.ts. */
export async function randomization(
  model: LayersModel,
  parts: Explainable,
  images: Tensor,
  options: RandomizationOptions = {},
): Promise<RandomizationStage[]> {
  const { stages = 3, seed = 0, ...explaining } = options;
  const trained = await explain(parts, images, explaining);
  const classIndex = trained.map(explanation => explanation.classIndex);
  const [{ output }] = await partsOf(parts, explaining);
  const layers = weightedLayers(model, output.name);
  const marks = new Set(
    Array.from({ length: stages }, (_, stage) =>
      Math.round((stage * (layers.length - 1)) / Math.max(1, stages - 1)),
    ),
  );
  const results: RandomizationStage[] = [];
  const restore: (() => void)[] = [];
  try {
    for (const [index, layer] of layers.entries()) {
      explaining.signal?.throwIfAborted();
      restore.push(randomized(layer, seed * layers.length + index));
      if (!marks.has(index)) continue;
      const maps = await explain(parts, images, { ...explaining, classIndex });
      const similarity = maps.map(({ signed }, image) =>
        rankCorrelation(signed.values, trained[image]!.signed.values),
      );
      results.push({ layer: layer.name, similarity });
    }
  } finally {
    for (const back of restore.reverse()) back();
  }
  return results;
}

type Layer = LayersModel['layers'][number];

/** Returns each layer that has weights and that the output depends on, once, from the logits to the images. */
function weightedLayers(model: LayersModel, output: string): Layer[] {
  const { order } = operationsOf(model);
  const explained = order.flatMap(({ outputs }) => outputs).filter(({ id }) => id === output);
  const all = needed(order, explained).map(({ layer }) => layer);
  return [...new Set(all.reverse())].filter(layer => layer.getWeights().length > 0);
}

/** Gives a layer random weights, and returns a function that restores its own weights. */
function randomized(layer: Layer, seed: number): () => void {
  // Clones share the data of the weights, and keep the data while the layer has other weights.
  const own = layer.getWeights().map(weight => weight.clone());
  const others = tidy(() => own.map((weight, index) => randomLike(weight, seed * 10 + index + 1)));
  layer.setWeights(others);
  dispose(others);
  return () => {
    layer.setWeights(own);
    dispose(own);
  };
}

function randomLike(weight: Tensor, seed: number): Tensor {
  const { mean, variance } = moments(weight);
  const deviation = sqrt(variance);
  // A vector of equal numbers, such as a bias of 0, has a standard deviation of 0; 0.05 replaces it.
  const spread = where(greater(deviation, 0), deviation, 0.05);
  const drawn = add(mul(randomNormal(weight.shape, 0, 1, 'float32', seed), spread), mean);
  // Weights that are never negative, such as variances, stay non-negative.
  return where(greaterEqual(min(weight), 0), abs(drawn), drawn);
}
