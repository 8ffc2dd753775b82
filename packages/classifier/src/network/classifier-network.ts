import { classifierHead, linearHead } from '@shroom/head';
import { concat, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TaskName } from '../task';
import type { HeadName } from '../training/recipe';
import { type Extractor, networkOf } from './extractor';

/** A classifier as it computes: extractors side by side, and a head on what they give. */
export interface ClassifierNetwork {
  readonly extractors: readonly Extractor[];
  /** Features `[N, width]` to logits `[N, K]`. */
  readonly head: LayersModel;
  readonly classes: readonly string[];
  readonly task: TaskName;
}

/** What a classifier says of images, `[N, ...]` each. */
export interface Outputs {
  readonly logits: Tensor2D;
  /** Averages of the last feature maps, by which strange photos are known. */
  readonly summary: Tensor2D;
}

/** A head with its first weights. */
export function startHead(
  name: HeadName,
  width: number,
  classes: number,
  seed: number,
): LayersModel {
  return name === 'linear' ? linearHead(width, classes) : classifierHead(width, classes, { seed });
}

/**
 * Frees the weights of a head. Each model that a head was attached to counts as a user of it, and `head.dispose()` would wait for all of
 * them; its layers have no user but the head.
 */
export function disposeHead(head: LayersModel): void {
  for (const layer of head.layers) layer.dispose();
}

/** @param images For each extractor, preprocessed as its backbone expects. */
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
