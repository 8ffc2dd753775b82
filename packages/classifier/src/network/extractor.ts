import { CovariancePooling, type PooledTap, poolCovariances } from '@shroom/head';
import { type Backbone, type CutBackbone, cutAt } from '@shroom/models';
import { mean, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { UnsupportedNetworkError } from '../errors';

/** How the features of a photo come from feature maps. */
export type Pooling = 'average' | 'covariance';

/** A frozen network, and how its feature maps become the features of a photo. */
export interface Extractor {
  readonly backbone: Backbone;
  readonly pooling: Pooling;
  /** Layers of second-order pooling with the frames that their features are seen in; none with averages. */
  readonly taps: readonly PooledTap[];
  /** Images `[N, H, W, 3]` to features `[N, width]`, one graph of layers. */
  readonly features: LayersModel;
  readonly width: number;
  /** Frees the weights. */
  dispose(): void;
}

/** Images that a backbone sees at once; larger batches are not faster on a CPU, and take more memory. */
export const imagesAtOnce = 8;

/** @param taps For second-order pooling; averages of the last feature map without any. */
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

/** An extractor whose last layers are trained, cut where the frozen ones end. */
export interface CutExtractor {
  readonly extractor: Extractor;
  readonly cut: CutBackbone;
}

/**
 * @param place A stage such as `layer3`, or a layer: the last that stays frozen.
 * @throws UnsupportedNetworkError when there is no such place, or the network cannot be cut there.
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

/** What is computed of images at once, each `[N, ...]`. */
export interface Computed {
  /** Averages of the last feature map, by which strange photos are known. */
  readonly summary: Tensor;
  /** The features; the same tensor where they are averages. */
  readonly features: Tensor;
  /** At the cut, where there is one. */
  readonly atCut?: Tensor;
}

/** Images `[N, H, W, 3]`, preprocessed, to everything that is wanted of them. */
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
