import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NetworkOptions } from './network';
import type { Tap } from './tap';
import type { Dialect } from './weights/dialect';

/** Where the patches are in tokens `[N, T, C]`. */
export interface TokenLayout {
  /** Number of tokens before the patches: the class token and registers. */
  readonly prefix: number;
  /** Whether the network has a pooling of its own, by attention. Default false. */
  readonly attention?: boolean;
}

/** A network that can be built, loaded and tapped. */
export interface Architecture {
  /** Builds the network with weights of zero, into which weights are then loaded. */
  build(options?: NetworkOptions): LayersModel;
  /** Taps from the stem to the last feature map. */
  readonly taps: readonly Tap[];
  /** Names of the classifier's weights, which are ignored when the network is built without its classifier. */
  readonly classifier: readonly string[];
  /** Dialects of checkpoints that can be read, the most likely first. */
  readonly dialects: readonly Dialect[];
  /** Present if the network computes tokens `[N, T, C]` instead of feature maps, as vision transformers do. */
  readonly tokens?: TokenLayout;
  /** Smallest side of the input in pixels. */
  readonly minimumSize: number;
}
