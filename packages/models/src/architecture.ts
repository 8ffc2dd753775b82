import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NetworkOptions } from './network';
import type { Tap } from './tap';
import type { Dialect } from './weights/dialect';

/** A network that can be built, loaded and tapped. */
export interface Architecture {
  /** The network with weights of zero, to be loaded. */
  build(options?: NetworkOptions): LayersModel;
  /** From the stem to the last feature map. */
  readonly taps: readonly Tap[];
  /** Weights of the classifier, which a network without it has no place for. */
  readonly classifier: readonly string[];
  /** Whose files can be read, the likeliest first. */
  readonly dialects: readonly Dialect[];
  /** Smallest input side in pixels. */
  readonly minimumSize: number;
}
