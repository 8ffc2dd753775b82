import { CovariancePooling, type PooledTap, poolCovariances } from '@shroom/head';
import {
  type Backbone,
  type CutBackbone,
  cutAt,
  type TokenLayout,
  TokenPooling,
} from '@shroom/models';
import type { ActivationRanges } from '@shroom/models/int8';
import { mean, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { UnsupportedNetworkError } from '../errors';

/**
 * How a network's output becomes the features of a photo. Feature maps: their `average`, or second-order pooling (`covariance`). Tokens of
 * a vision transformer: the class token (`cls`), the mean of the patches (`mean`, also called `average`), both, one after the other
 * (`cls+mean`), the network's own pooling (`attention`), or second-order pooling of the patches.
 */
export type Pooling = (typeof poolings)[number];

/** All ways of pooling. */
export const poolings = ['average', 'covariance', 'cls', 'mean', 'cls+mean', 'attention'] as const;

/** How features are pooled, as the end of a line about a network; empty for averages. */
export function poolingInWords(pooling: Pooling): string {
  if (pooling === 'average' || pooling === 'mean') return '';
  if (pooling === 'covariance') return ', pooled to second order';
  if (pooling === 'attention') return ', pooled by attention';
  return pooling === 'cls' ? ', class token' : ', class token and mean of the patches';
}

/** The features of a network that computes them with integers of 8 bits. */
interface Int8Features {
  /** The ranges of the network's values, calibrated on training photos. */
  readonly ranges: ActivationRanges;
  /** Maps preprocessed images `[N, H, W, 3]` to features and averages. */
  readonly compute: (images: Tensor) => Computed;
  /** Frees the integers alone. */
  dispose(): void;
}

/** A frozen network with the pooling that turns its feature maps into the features of a photo. */
export interface Extractor {
  readonly backbone: Backbone;
  readonly pooling: Pooling;
  /** Layers of second-order pooling, each with its center and directions. Empty for average pooling. */
  readonly taps: readonly PooledTap[];
  /** Images `[N, H, W, 3]` to features `[N, width]`, as one model. */
  readonly features: LayersModel;
  readonly width: number;
  /** Absent if features are computed with numbers of 32 bits, as heat maps and exports always are. */
  readonly int8?: Int8Features;
  /** Frees the weights. */
  dispose(): void;
}

/** The license of each network's weights, and where the weights are from. */
export const licensesOf = (extractors: readonly Extractor[]) =>
  extractors.map(({ backbone: { weights } }) => ({ of: weights.source, license: weights.license }));

/** @throws UnsupportedNetworkError when a network does not have what is pooled, such as a class token. */
export function requirePooling(
  name: string,
  tokens: TokenLayout | undefined,
  pooling: Pooling,
): void {
  if (pooling === 'average' || pooling === 'covariance') return;
  if (pooling === 'attention') {
    if (tokens?.attention) return;
    const others = tokens ? 'cls, mean, cls+mean or covariance' : 'average or covariance';
    throw new UnsupportedNetworkError(
      `${name} has no pooling by attention of its own. Take ${others}.`,
    );
  }
  if (!tokens)
    throw new UnsupportedNetworkError(
      `${name} computes feature maps, which have no class token: its pooling should be average or covariance, not ${pooling}.`,
    );
  if (tokens.prefix === 0 && pooling !== 'mean')
    throw new UnsupportedNetworkError(
      `${name} has no class token: its pooling should be mean, covariance or attention, not ${pooling}.`,
    );
}

/** Number of images in a batch. Larger batches are not faster on a CPU, and take more memory. */
export const imagesAtOnce = 8;

/**
 * @param taps Layers for second-order pooling, empty for other poolings.
 * @throws UnsupportedNetworkError when the network has no tokens of the kind that are pooled.
 */
export function extractorOf(
  backbone: Backbone,
  pooling: Pooling = 'average',
  taps: readonly PooledTap[] = [],
): Extractor {
  const { model: network, tokens, channels } = backbone;
  if (pooling === 'covariance') {
    const features = poolCovariances(network, taps, tokens);
    return {
      ...{ backbone, pooling, taps, features, width: features.outputs[0]!.shape[1]! },
      dispose: () => {
        for (const layer of features.layers)
          if (layer instanceof CovariancePooling) layer.dispose();
        backbone.dispose();
      },
    };
  }
  requirePooling(backbone.name, tokens, pooling);
  if (pooling === 'attention') {
    const dispose = () => backbone.dispose();
    return { backbone, pooling, taps, features: network, width: channels, dispose };
  }
  const name = 'features/average';
  const mode = pooling === 'average' ? 'mean' : pooling;
  const layer = tokens
    ? new TokenPooling({ mode, prefix: tokens.prefix, name })
    : layers.globalAveragePooling2d({ name });
  const features = model({
    inputs: network.inputs,
    outputs: layer.apply(network.outputs[0]!) as SymbolicTensor,
    name: `${network.name}_features`,
  });
  return {
    ...{ backbone, pooling: tokens && pooling === 'average' ? 'mean' : pooling, taps, features },
    width: pooling === 'cls+mean' ? 2 * channels : channels,
    dispose: () => backbone.dispose(),
  };
}

/** Whether the features also serve as the summary of a photo: the average over its places, or the network's own pooling. */
export const isSummary = ({ pooling }: Pick<Extractor, 'pooling'>): boolean =>
  pooling === 'average' || pooling === 'mean' || pooling === 'attention';

/** The model that a head is put on: features, or feature maps, which a head averages itself. */
export const headless = ({ backbone, pooling, features }: Extractor): LayersModel =>
  pooling === 'average' ? backbone.model : features;

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
  const { backbone } = extractor;
  const whole = { model: headless(extractor), taps: backbone.taps };
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

/** The same extractor with numbers of 32 bits. */
export const inFloat32 = ({ int8: _, ...extractor }: Extractor): Extractor => extractor;

/** How the features of a network are computed, as the end of a line about it; empty for 32 bits. */
export const precisionInWords = ({ int8 }: Pick<Extractor, 'int8'>): string =>
  int8 ? ', in int8' : '';

/** A function from preprocessed images `[N, H, W, 3]` to their features, averages and, with a cut, feature maps at the cut. */
export function networkOf(extractor: Extractor, cut?: CutBackbone): (images: Tensor) => Computed {
  const { backbone, features, int8 } = extractor;
  if (int8 && !cut) return int8.compute;
  const options = { batchSize: imagesAtOnce };
  const average = averageOf(backbone);
  if (isSummary(extractor))
    return images => {
      if (!cut) {
        const summary = average(backbone.model.predict(images, options) as Tensor);
        return { summary, features: summary };
      }
      const atCut = cut.frozen.predict(images, options) as Tensor;
      const last = cut.trained.apply(atCut, { training: false });
      // What comes after a cut of a transformer is pooled already.
      const summary = last.rank === 2 ? last : average(last);
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

/** Averages the places of feature maps, or the patches among tokens. */
function averageOf({ tokens }: Backbone): (output: Tensor) => Tensor {
  if (!tokens) return maps => mean(maps, [1, 2]);
  const pooling = new TokenPooling({ mode: 'mean', prefix: tokens.prefix });
  return output => (output.rank === 2 ? output : (pooling.apply(output) as Tensor));
}
