import type { DataType, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Link } from './logits';
import type { Value } from './operations';

/** What the first part of a prepared model computed. */
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
  /** As the model has it: `[N, H, W, C]`, `[N, C, H, W]` or `[H, W, C]`; null or below 0 where it is open. */
  readonly shape: readonly (number | null)[];
  readonly dtype: DataType;
  /** Whether numbers of another kind are refused, and not converted. */
  readonly exact: boolean;
  /** Where the colors are. */
  readonly layout: 'NHWC' | 'NCHW';
}

/** A model cut at a feature map. Holds no tensors of its own. */
export interface PreparedModel {
  /** Path of the tapped layer. */
  readonly tap: string;
  readonly channels: number;
  /** Number of classes: of logits, or 2 of a single sigmoid, whose class 0 is "no" and whose class 1 is "yes". */
  readonly classes: number;
  /** Whether the feature map reaches the logits through global average pooling alone. */
  readonly pooled: boolean;
  /** Whether TensorFlow.js's own gradients do after the pooling: nothing but linear layers and activations is there. */
  readonly simple?: boolean;
  /** How the model's output comes from the logits. */
  readonly link: Link;
  /** What errors say of the output: its name, and what else there is. */
  readonly output: OutputFacts;
  /** The images as the model takes them; absent where it is not known, as of two functions. */
  readonly images?: ImageInput;
  /** Images `[N, H, W, C]` to the tap; no gradient is recorded. The caller disposes the cut. */
  forward(images: Tensor): Cut;
  /** From the tap to the logits `[N, K]`; differentiable. `[N, H, W, K]` of a segmentation, for `withinMask`. */
  tail(features: Tensor4D, side: readonly Tensor[]): Tensor2D;
  /** From the pooled tap `[N, C]` to the logits, where `pooled`. */
  pooledTail(pooled: Tensor2D): Tensor2D;
  /** Whether the model has other outputs, or another last activation, than when it was prepared. */
  readonly isStale?: () => boolean;
  /** What the whole model says of images `[N, H, W, C]`: what the first explanation is held against. */
  readonly predict?: (images: Tensor4D) => Tensor;
  /** From the logits to what the model gives, where the link alone does not say it. */
  readonly own?: (features: Tensor4D, side: readonly Tensor[]) => Tensor2D;
  /**
   * From images `[N, H, W, C]` to the logits, differentiable, with something else in the place of what layers give; of a
   * `tf.LayersModel`.
   */
  readonly through?: (
    images: Tensor4D,
    passed: (value: Value, tensor: Tensor) => Tensor,
  ) => Tensor2D;
}

export interface OutputFacts {
  /** Name of the layer or node whose output is explained. */
  readonly name: string;
  /** Layers or nodes whose activation was left out. */
  readonly activations: readonly string[];
  /** All outputs with their shapes, in words. */
  readonly all: string;
  /** What an output is that is numbers as they are; asked of such alone. */
  facts(): Promise<LinearFacts>;
}

export interface LinearFacts {
  /** Whether it is features of a network that ends before a classifier. */
  readonly embedding: boolean;
  /** Whether the output is no probability for certain: a linear layer's, or taken for the logits because that was asked for. */
  readonly asIs: boolean;
}

export interface PrepareOptions {
  /**
   * Name or path of a layer with a 4-D output, or the name of the model's input (`model.inputs[0].name`) for methods that look
   * at pixels. Default: the last one with more than one place.
   */
  readonly tap?: string;
  /** Which of several inputs holds the images. Default: the first with four dimensions. */
  readonly input?: string;
  /** Values of all other inputs by name, `[1, ...]` for every image or `[N, ...]`; the caller's, for as long as the model is explained. */
  readonly given?: Readonly<Record<string, Tensor>>;
  /** Which output is explained: one of several, or any layer or node by its name. Default: the first. */
  readonly output?: string;
  /** Default 'recovered': from before a last softmax or sigmoid. 'as-is': the output is taken for them. */
  readonly logits?: 'recovered' | 'as-is';
  /** What the output is, where the model gives logits and leaves its activation to others. Default: as the model ends. */
  readonly link?: Link;
}

/** Names of all options that say how a model is prepared. */
export const preparing = ['tap', 'input', 'given', 'output', 'logits', 'link', 'topology', 'size'];
