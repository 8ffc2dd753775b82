/** When a classifier is sure, as it was calibrated on validation photos. */
export interface Certainty {
  /** Logits are divided by it before the softmax. */
  readonly temperature: number;
  /** A class whose probability is at least this may be the one, 0 to 1. */
  readonly threshold: number;
  /** Share of photos whose class is among those that may be, 0 to 1. */
  readonly coverage: number;
}

/** How pixels become the model's input; what `normalise` of `@shroom/data` and the resizing need. */
export interface Preprocessing {
  /** `[height, width]`. */
  readonly size: readonly [number, number];
  readonly channelOrder: 'RGB' | 'BGR';
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly resize: 'squash' | 'crop';
  readonly cropFraction: number;
}

export interface ModelFile {
  /** Relative to the manifest. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What a page needs to know of a classifier before it loads it: `model/manifest.json`. */
export interface ModelManifest {
  readonly classes: readonly string[];
  readonly certainty?: Certainty;
  readonly preprocessing: Preprocessing;
  /** Layers to look at, the last one first. */
  readonly layers: readonly { readonly name: string; readonly stride: number }[];
  readonly backbone: { readonly name: string; readonly source: string; readonly licence: string };
  /** How kernels are stored. */
  readonly weights: 'float16' | 'float32';
  /** How far that moves a logit at most, as a share of the largest one, on three drawn mushrooms. */
  readonly change: number;
  /** A tfjs layers-model: `model.json` first, then its weights in order. */
  readonly files: readonly ModelFile[];
}
