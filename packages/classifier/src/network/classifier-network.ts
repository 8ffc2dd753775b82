import { classifierHead, linearHead } from '@shroom/head';
import { concat, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TaskName } from '../task';
import type { HeadName } from '../training/recipe';
import { type Extractor, networkOf } from './extractor';

/** The network of a classifier: one or more extractors, and a head on their concatenated features. */
export interface ClassifierNetwork {
  readonly extractors: readonly Extractor[];
  /** Features `[N, width]` to logits `[N, K]`. */
  readonly head: LayersModel;
  readonly classes: readonly string[];
  readonly task: TaskName;
}

/** Outputs of a classifier for a batch of images; each tensor is `[N, ...]`. */
export interface Outputs {
  readonly logits: Tensor2D;
  /** Spatial averages of the last feature maps, which serve to recognize photos unlike the training photos. */
  readonly summary: Tensor2D;
}

/** Creates a head with random initial weights. */
export function startHead(
  name: HeadName,
  width: number,
  classes: number,
  seed: number,
): LayersModel {
  return name === 'linear' ? linearHead(width, classes) : classifierHead(width, classes, { seed });
}

/**
 * Frees the weights of a head. `head.dispose()` would free nothing, because every model built on the head counts as its user. The layers
 * of the head count only the head as a user, so they are disposed one by one.
 */
export function disposeHead(head: LayersModel): void {
  for (const layer of head.layers) layer.dispose();
}

/** @param images One batch for each extractor, preprocessed as its backbone expects. */
export function outputsOf({
  extractors,
  head,
}: ClassifierNetwork): (images: readonly Tensor[]) => Outputs {
  const networks = extractors.map(extractor => networkOf(extractor));
  return images =>
    tidy(() => {
      const computed = networks.map((network, index) => network(images[index]!));
      const side = (rows: readonly Tensor[]) =>
        (rows.length === 1 ? rows[0]! : concat(rows as Tensor2D[], 1)) as Tensor2D;
      const features = side(computed.map(each => each.features));
      return {
        logits: head.apply(features, { training: false }) as Tensor2D,
        summary: side(computed.map(each => each.summary)),
      };
    });
}
