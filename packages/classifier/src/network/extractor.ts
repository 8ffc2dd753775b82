import { CovariancePooling, type PooledTap, poolCovariances } from '@shroom/head';
import { type Backbone, type CutBackbone, cutAt } from '@shroom/models';
import { mean, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { UnsupportedNetworkError } from '../errors';

/** How feature maps are reduced to the features of a photo. */
export type Pooling = 'average' | 'covariance';

/** A frozen network with the pooling that turns its feature maps into the features of a photo. */
export interface Extractor {
  readonly backbone: Backbone;
  readonly pooling: Pooling;
  /** Layers of second-order pooling, each with its center and directions. Empty for average pooling. */
  readonly taps: readonly PooledTap[];
  /** Images `[N, H, W, 3]` to features `[N, width]`, as one model. */
  readonly features: LayersModel;
  readonly width: number;
  /** Frees the weights. */
  dispose(): void;
}

/** Number of images in a batch. Larger batches are not faster on a CPU, and take more memory. */
export const imagesAtOnce = 8;

/** @param taps Layers for second-order pooling. If empty, the last feature map is averaged. */
export function extractorOf(backbone: Backbone, taps: readonly PooledTap[] = []): Extractor {
  if (taps.length === 0) {
    const average = layers.globalAveragePooling2d({ name: 'features/average' });
    const features = model({
      inputs: backbone.model.inputs,
      outputs: average.apply(backbone.model.outputs[0]!) as SymbolicTensor,
      name: `${backbone.model.name}_features`,
    });
    return {
      ...{ backbone, pooling: 'average', taps, features, width: backbone.channels },
      dispose: () => backbone.dispose(),
    };
  }
  const features = poolCovariances(backbone.model, taps);
  return {
    backbone,
    pooling: 'covariance',
    taps,
    features,
    width: features.outputs[0]!.shape[1]!,
    dispose: () => {
      for (const layer of features.layers) if (layer instanceof CovariancePooling) layer.dispose();
      backbone.dispose();
    },
  };
}

/** An extractor that is cut into frozen layers and trained layers, for fine-tuning. */
export interface CutExtractor {
  readonly extractor: Extractor;
  readonly cut: CutBackbone;
}

/**
 * @param place The last stage (such as `layer3`) or layer that stays frozen.
 * @throws UnsupportedNetworkError when the network has no such stage or layer, or cannot be cut there.
 */
export function cutExtractor(extractor: Extractor, place: string): CutExtractor {
  const { backbone, pooling, features } = extractor;
  const whole = pooling === 'average' ? backbone : { model: features, taps: backbone.taps };
  try {
    return { extractor, cut: cutAt(whole, place) };
  } catch (cause) {
    throw new UnsupportedNetworkError(`${backbone.name}: ${(cause as Error).message}`, { cause });
  }
}

/** Results for a batch of images; each tensor is `[N, ...]`. */
export interface Computed {
  /** Spatial averages of the last feature map, which serve to recognize photos unlike the training photos. */
  readonly summary: Tensor;
  /** The features. With average pooling, `features` is the same tensor as `summary`. */
  readonly features: Tensor;
  /** The feature map at the cut. Absent if the network is not cut. */
  readonly atCut?: Tensor;
}

/** A function from preprocessed images `[N, H, W, 3]` to their features, averages and, with a cut, feature maps at the cut. */
export function networkOf(extractor: Extractor, cut?: CutBackbone): (images: Tensor) => Computed {
  const { backbone, pooling, features } = extractor;
  const options = { batchSize: imagesAtOnce };
  const average = (maps: Tensor) => mean(maps, [1, 2]);
  if (pooling === 'average')
    return images => {
      if (!cut) {
        const summary = average(backbone.model.predict(images, options) as Tensor);
        return { summary, features: summary };
      }
      const atCut = cut.frozen.predict(images, options) as Tensor;
      const summary = average(cut.trained.apply(atCut, { training: false }));
      return { summary, features: summary, atCut };
    };
  const last = backbone.model.outputs[0]!;
  const outputs = [last, features.outputs[0]!, ...(cut ? [cut.frozen.outputs[0]!] : [])];
  const all = model({ inputs: backbone.model.inputs, outputs });
  return images => {
    const [maps, rows, atCut] = all.predict(images, options) as Tensor[];
    return { summary: average(maps!), features: rows!, ...(atCut && { atCut }) };
  };
}
