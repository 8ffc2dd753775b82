// Names that the examples in docstrings may use without declaring them. An example may declare its own instead.

/** A trained classifier of nine classes: images `[N, 224, 224, 3]` to logits `[N, 9]`. */
declare const model: import('@tensorflow/tfjs-layers').LayersModel;
/** A batch of preprocessed images `[N, 224, 224, 3]`. */
declare const images: import('@tensorflow/tfjs-core').Tensor4D;
/** Index of the class that each image is explained for. */
declare const classes: number[];
/** Logits `[N, 9]`. */
declare const logits: import('@tensorflow/tfjs-core').Tensor2D;
/** True class of each image. */
declare const labels: number[];
/** Probability of each class for each image, `[N, 9]`, flat. */
declare const probability: Float64Array;
/** Names of the classes. */
declare const classNames: string[];
/** Bytes of a file. */
declare const bytes: Uint8Array;
/** Stops long tasks. */
declare const signal: AbortSignal;
/** A decoded photo. */
declare const pixels: import('@shroom/pixels').Pixels;
/** A heat map of an explanation. */
declare const map: import('@shroom/gradcam').HeatMap;
/** A mask of the object in the image: 1 inside, 0 outside. */
declare const mask: import('@shroom/gradcam/metrics').Mask;
/** Photos of a data set. */
declare const photos: readonly import('@shroom/data').Photo[];
/** A pretrained network: images to feature maps. */
declare const backbone: import('@shroom/models').Backbone;
/** Features of photos for training, and of other photos for validation. */
declare const train: import('@shroom/train').FeatureSet;
declare const validation: import('@shroom/train').FeatureSet;
/** Features of one more photo. */
declare const features: Float32Array;
/** A classifier to train on such features. */
declare const classifier: import('@tensorflow/tfjs-layers').LayersModel;
/** A network of your own. */
declare function tinyNet(
  inputSize: readonly (number | null)[],
  classes?: number,
): import('@tensorflow/tfjs-layers').LayersModel;
/** A command of the package `commander`: the part of it that examples use. */
declare const command: {
  readonly args: string[];
  addOption(option: object): void;
  option(flags: string, description: string, parse: (text: string) => number): void;
  opts(): object;
};
