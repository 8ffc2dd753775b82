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
 * A trained classifier that is open in a browser; `openClassifier` gives it. It says what the same classifier says in Node.
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

  /** What the classifier says of itself: its networks, what it was trained on, how sure it is. Plain data. */
  get file(): ClassifierFile {
    return this.#serving.file;
  }

  /**
   * The whole classifier as one model, images `[N, H, W, 3]` preprocessed by `preprocessing` to logits `[N, K]`. It is disposed with the
   * classifier.
   *
   * @throws UnsupportedNetworkError where several networks give the features: they have no one image in common.
   */
  get model(): LayersModel {
    return this.#serving.model;
  }

  /** How photos become the images of `model`; of the first network where there are several. */
  get preprocessing(): Preprocessing {
    return this.#serving.preprocessing;
  }

  /** Layers that are worth looking at, from the stem to the last feature map. @param extractor Of which network. Default 0, the first. */
  tapsOf(extractor = 0): readonly Tap[] {
    return this.#serving.tapsOf(extractor);
  }

  /** Those of the first network. */
  get taps(): readonly Tap[] {
    return this.#serving.tapsOf(0);
  }

  /** Pixels as `model` takes them, resized and preprocessed: `[N, H, W, 3]`. The caller disposes them. */
  imagesOf(photos: readonly Pixels[]): Tensor4D {
    return this.#serving.imagesOf(photos);
  }

  /**
   * The class of each photo.
   *
   * @throws PhotoError for the first photo that cannot be read; `predictEach` goes on with the others.
   */
  async predict(photos: PhotoInputs, options: PredictOptions = {}): Promise<Prediction[]> {
    return this.#serving.predict(readablePhotos(photos), options);
  }

  /** The class of each photo, in order, as it is known; a few photos are held at a time. One that cannot be read comes with its error. */
  async *predictEach(
    photos: PhotoInputs,
    options: PredictOptions = {},
  ): AsyncGenerator<Prediction | FailedPhoto, void, undefined> {
    yield* this.#serving.predictEach(readablePhotos(photos), options);
  }

  /**
   * What the classifier says of each photo, and where it looked.
   *
   * @throws PhotoError for a photo that cannot be read. RangeError for a class that it does not have.
   */
  async explain(photos: PhotoInputs, options: ExplainOptions = {}): Promise<Explained[]> {
    const found: Explained[] = [];
    for await (const { explained } of this.#serving.explainEach(readablePhotos(photos), options))
      found.push(explained);
    return found;
  }

  /**
   * Reads one photo that is asked about again and again, as in a page: what the networks have computed of it is kept until it is disposed.
   *
   * @throws PhotoError when it cannot be read.
   */
  async look(photo: PhotoInput): Promise<Look> {
    return this.#serving.look(named(photo, 1));
  }

  /** Frees the weights, once all that runs is done. The classifier answers no more. */
  dispose(): Promise<void> {
    return this.#serving.dispose();
  }
}
