import type { DataType, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Link } from './logits';
import type { Value } from './operations';
import type { Tokens } from './token-map';

/** The values that the first part of a prepared model computes. */
export interface Cut {
  /** The tapped feature map, `[N, h, w, C]`. */
  readonly features: Tensor4D;
  /** Other values that the second part needs, such as shortcuts around the tap. */
  readonly side: readonly Tensor[];
  dispose(): void;
}

/** The images that a model takes. */
export interface ImageInput {
  readonly name: string;
  /** The model's shape of the images: `[N, H, W, C]`, `[N, C, H, W]` or `[H, W, C]`; null or negative for an axis of any length. */
  readonly shape: readonly (number | null)[];
  readonly dtype: DataType;
  /** Whether images with another element type are refused instead of converted. */
  readonly exact: boolean;
  /** Whether the color channels come last or first. */
  readonly layout: 'NHWC' | 'NCHW';
}

/** A model cut at a feature map. It holds no tensors of its own. */
export interface PreparedModel {
  /** Path of the tapped layer. */
  readonly tap: string;
  readonly channels: number;
  /** Number of classes: the number of logits, or 2 for a single sigmoid, whose class 0 is "no" and whose class 1 is "yes". */
  readonly classes: number;
  /** The tap, if it is computed from patches: those may leave an edge of the images unseen. */
  readonly ofPatches?: Value;
  /** Whether the feature map reaches the logits only through global average pooling. */
  readonly pooled: boolean;
  /** Whether TensorFlow.js's own gradients suffice after the pooling, because only linear layers and activations follow. */
  readonly simple?: boolean;
  /** How the model's output is computed from the logits. */
  readonly link: Link;
  /** What error messages say about the output: its name, and the other outputs. */
  readonly output: OutputFacts;
  /** The images as the model takes them; absent if unknown, as for two functions. */
  readonly images?: ImageInput;
  /** Runs the first part, from images `[N, H, W, C]` to the tap, without recording a gradient. The caller disposes the result. */
  forward(images: Tensor): Cut;
  /**
   * Runs the second part, from the tap to the logits `[N, K]`; differentiable. For a segmentation, which
   * `withinMask` takes, the logits are `[N, H, W, K]`.
   */
  tail(features: Tensor4D, side: readonly Tensor[]): Tensor2D;
  /** Runs from the pooled tap `[N, C]` to the logits; only if `pooled`. */
  pooledTail(pooled: Tensor2D): Tensor2D;
  /** Whether the model's outputs or its last activation have changed since it was prepared. */
  readonly isStale?: () => boolean;
  /** Runs the whole model on images `[N, H, W, C]`. The first explanation is checked against its output. */
  readonly predict?: (images: Tensor4D) => Tensor;
  /** Computes the model's output from the features, if the link alone does not determine it. */
  readonly own?: (features: Tensor4D, side: readonly Tensor[]) => Tensor2D;
  /** Runs a `tf.LayersModel` from images `[N, H, W, C]` to the logits, differentiable, with other values in place of layers' outputs. */
  readonly through?: (
    images: Tensor4D,
    passed: (value: Value, tensor: Tensor) => Tensor,
  ) => Tensor2D;
}

export interface OutputFacts {
  /** Name of the layer or node whose output is explained. */
  readonly name: string;
  /** Names of the layers or nodes whose activation is skipped. */
  readonly activations: readonly string[];
  /** Description of all outputs with their shapes. */
  readonly all: string;
  /** Describes an output that consists of plain numbers; called only for such outputs. */
  facts(): Promise<LinearFacts>;
}

export interface LinearFacts {
  /** Whether the output is an embedding: the features of a network without a classifier. */
  readonly embedding: boolean;
  /** Whether the output is certainly not a probability: it comes from a linear layer, or the options say that it is the logits. */
  readonly asIs: boolean;
}

export interface PrepareOptions {
  /**
   * Name or path of a layer with a 4-D output (or 3-D, for `tokens`), or the name of the model's input (`model.inputs[0].name`) for methods
   * that work on pixels. Default: the last layer whose map has more than one position; with tokens, what the last attention reads.
   */
  readonly tap?: string;
  /** Name of the input that takes the images, if there are several. Default: the first with four dimensions. */
  readonly input?: string;
  /**
   * Values of all other inputs by name: `[1, ...]` for every image, or `[N, ...]`. The caller keeps them, and must not dispose
   * them while the model is being explained.
   */
  readonly given?: Readonly<Record<string, Tensor>>;
  /** Name of the output to explain: one of the model's outputs, or any layer or node. Default: the first output. */
  readonly output?: string;
  /**
   * Where the logits come from. 'recovered' (default): from before a final softmax or sigmoid. 'as-is': the output itself is the logits.
   */
  readonly logits?: 'recovered' | 'as-is';
  /**
   * The activation that belongs to the output, for a model that returns logits and leaves the activation to its
   * users. Default: the model's last activation.
   */
  readonly link?: Link;
  /**
   * Where a vision transformer has the patches of the image in its tokens `[N, T, C]`. Then its layers of tokens can be tapped, and their
   * patches are the feature map. Default: networks of `@shroom/models` say it themselves.
   */
  readonly tokens?: Tokens;
}

/** Names of all options that determine how a model is prepared. */
export const preparing = [
  'tap',
  'input',
  'given',
  'output',
  'logits',
  'link',
  'tokens',
  'topology',
  'size',
];
