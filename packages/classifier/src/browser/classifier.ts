import type { Pixels } from '@shroom/data';
import type { Preprocessing, Tap } from '@shroom/models';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LoadedClassifier } from '../file/assemble';
import type { ClassifierFile } from '../file/schema';
import type { Prediction } from '../serving/answer';
import type { Explained, ExplainOptions, FailedPhoto, PredictOptions } from '../serving/options';
import { type Look, Serving } from '../serving/serving';
import { named, type PhotoInput, type PhotoInputs, readablePhotos } from './photos';

/**
 * A trained classifier, opened in a browser by `openClassifier`. A classifier gives the same answers in a browser as in Node.
 *
 * @example
 * ```ts
 * import { Classifier } from '@shroom/classifier/browser';
 *
 * async function isCat(classifier: Classifier, photo: Blob): Promise<boolean> {
 *   const [answer] = await classifier.predict(photo);
 *   return answer!.sure && answer!.class === 'cat';
 * }
 * ```
 */
export class Classifier {
  readonly #serving: Serving;

  /** @internal */
  constructor(loaded: LoadedClassifier) {
    this.#serving = new Serving(loaded);
  }

  get classes(): readonly string[] {
    return this.#serving.classes;
  }

  /** The content of `classifier.json`: the networks, the training data and the calibration. Plain data. */
  get file(): ClassifierFile {
    return this.#serving.file;
  }

  /**
   * A sentence that says so, if the classifier was trained and tested in int8 and computes in 32 bits here, as browsers do: its answers
   * then differ a little. Otherwise undefined.
   */
  get fallback(): string | undefined {
    return this.#serving.fallback;
  }

  /**
   * The whole classifier as one model, from images `[N, H, W, 3]` (preprocessed by `preprocessing`) to logits `[N, K]`. `dispose` of the
   * classifier also disposes the model.
   *
   * @throws UnsupportedNetworkError if the classifier has several networks: each needs its own preprocessed image.
   */
  get model(): LayersModel {
    return this.#serving.model;
  }

  /** How photos become the input images of `model`. If the classifier has several networks: the preprocessing of the first one. */
  get preprocessing(): Preprocessing {
    return this.#serving.preprocessing;
  }

  /** Layers that can be explained, from the stem to the last feature map. @param extractor Index of the network. Default 0, the first. */
  tapsOf(extractor = 0): readonly Tap[] {
    return this.#serving.tapsOf(extractor);
  }

  /** Layers of the first network that can be explained, from the stem to the last feature map. */
  get taps(): readonly Tap[] {
    return this.#serving.tapsOf(0);
  }

  /** Resizes and preprocesses pixels for `model`: `[N, H, W, 3]`. The caller disposes the tensor. */
  imagesOf(photos: readonly Pixels[]): Tensor4D {
    return this.#serving.imagesOf(photos);
  }

  /**
   * Classifies photos.
   *
   * @throws PhotoError for the first photo that cannot be read. `predictEach` reports such a photo and continues with the others.
   */
  async predict(photos: PhotoInputs, options: PredictOptions = {}): Promise<Prediction[]> {
    return this.#serving.predict(readablePhotos(photos), options);
  }

  /**
   * Classifies photos one after the other and yields each answer in order. Only a few photos are in memory at a time. A photo that cannot
   * be read yields its error.
   */
  async *predictEach(
    photos: PhotoInputs,
    options: PredictOptions = {},
  ): AsyncGenerator<Prediction | FailedPhoto, void, undefined> {
    yield* this.#serving.predictEach(readablePhotos(photos), options);
  }

  /**
   * Classifies photos and computes a heat map for each.
   *
   * @throws PhotoError for a photo that cannot be read. RangeError for a class that the classifier does not have.
   */
  async explain(photos: PhotoInputs, options: ExplainOptions = {}): Promise<Explained[]> {
    const found: Explained[] = [];
    for await (const { explained } of this.#serving.explainEach(readablePhotos(photos), options))
      found.push(explained);
    return found;
  }

  /**
   * Reads one photo for repeated questions, as on an interactive page. The results of the networks are kept until `dispose` is called.
   *
   * @throws PhotoError when the photo cannot be read.
   */
  async look(photo: PhotoInput): Promise<Look> {
    return this.#serving.look(named(photo, 1));
  }

  /** Frees the weights after all running calls have finished. Later calls throw an error. */
  dispose(): Promise<void> {
    return this.#serving.dispose();
  }
}
