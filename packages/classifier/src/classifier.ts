import type { Pixels } from '@shroom/data';
import type { Preprocessing, Tap } from '@shroom/models';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type EngineName, startEngine } from './engine/engine';
import { type Evaluated, type EvaluateOptions, evaluateClassifier } from './evaluate';
import { type PictureOptions, photoPng } from './explaining/photo-png';
import type { LoadedClassifier } from './file/assemble';
import { exportForWeb, type WebExport, type WebExportOptions } from './file/export-web';
import { type LoadOptions, loadClassifier } from './file/load';
import { folderOf } from './file/locate';
import type { ClassifierFile } from './file/schema';
import type { PhotoInputs } from './photos/inputs';
import { readablePhotos } from './photos/reading';
import type { Prediction } from './serving/answer';
import type { Explained, ExplainOptions, FailedPhoto, PredictOptions } from './serving/options';
import { Serving } from './serving/serving';
import type { TrainingPhotos } from './train';

export interface OpenClassifierOptions extends LoadOptions {
  /** Default: the one that the program has set, else the fastest that loads. */
  readonly engine?: EngineName | 'auto';
}

/** What a classifier says of a photo, from one view, and what it looked at. */
export type PhotoExplanation = Explained & {
  /** The photo, its longer side 480 pixels, with the map on top or beside it, as the bytes of a PNG. */
  toPng(options?: PictureOptions): Promise<Uint8Array>;
};

/**
 * Opens a trained classifier. It serves many requests at once, in batches, until it is disposed.
 *
 * @param address The folder of a run, a `.zip` of one, the URL of either, or `hf:owner/name@revision`: a `classifier.json` and the
 *   files that it names. What is elsewhere is fetched into the cache, once.
 * @throws ClassifierFileError when it holds no classifier, or a part of it is missing, damaged or of another training.
 * @throws DownloadError when the backbone's weights are not in the cache and cannot be fetched.
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const [answer] = await classifier.predict(['cat.jpg']);
 * console.log(answer?.class, answer?.known);
 * await classifier.dispose();
 * ```
 */
export async function openClassifier(
  address: string,
  options: OpenClassifierOptions = {},
): Promise<Classifier> {
  const { engine, ...loading } = options;
  const place = await folderOf(address, loading);
  await startEngine(engine);
  return new Classifier(place, await loadClassifier(place, loading));
}

/**
 * A trained classifier that is open; `openClassifier` gives it.
 *
 * @example
 * ```ts
 * async function isCat(classifier: Classifier, photo: Uint8Array): Promise<boolean> {
 *   const [answer] = await classifier.predict([photo]);
 *   return answer!.sure && answer!.class === 'cat';
 * }
 * ```
 */
export class Classifier {
  readonly #loaded: LoadedClassifier;
  readonly #serving: Serving;
  readonly #folder: string;

  /** @internal */
  constructor(folder: string, loaded: LoadedClassifier) {
    this.#folder = folder;
    this.#loaded = loaded;
    this.#serving = new Serving(loaded);
  }

  get classes(): readonly string[] {
    return this.#loaded.file.classes;
  }

  /** What the classifier says of itself: its networks, what it was trained on, how sure it is. Plain data. */
  get file(): ClassifierFile {
    return this.#loaded.file;
  }

  /**
   * The whole classifier as one model, images `[N, H, W, 3]` preprocessed by `preprocessing` to logits `[N, K]`: for everything that
   * `@shroom/gradcam` and TensorFlow.js do with models. It is disposed with the classifier.
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

  /**
   * Pixels as `model` takes them, resized to the size that it takes and preprocessed: `[N, H, W, 3]`. The caller disposes them.
   *
   * @example
   * ```ts
   * import type { Tensor } from '@tensorflow/tfjs-core';
   *
   * const classifier = await openClassifier('runs/pets');
   * const images = classifier.imagesOf([pixels]); // [1, 299, 299, 3]
   * const logits = classifier.model.predict(images) as Tensor; // [1, K]
   * images.dispose();
   * ```
   */
  imagesOf(photos: readonly Pixels[]): Tensor4D {
    return this.#serving.imagesOf(photos);
  }

  /** Layers of `model` that are worth looking at, from the stem to the last feature map. */
  get taps(): readonly Tap[] {
    return this.#serving.tapsOf(0);
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
  async explain(photos: PhotoInputs, options: ExplainOptions = {}): Promise<PhotoExplanation[]> {
    const found: PhotoExplanation[] = [];
    const each = this.#serving.explainEach(readablePhotos(photos), options);
    for await (const { photo, explained } of each) {
      const toPng = (how?: PictureOptions) => photoPng(photo.input, explained.map, how);
      found.push({ ...explained, toPng });
    }
    return found;
  }

  /**
   * How good the classifier is: on the test photos of its run, or on others.
   *
   * @param photos Labeled photos, whose classes are known by their names. Default: those of the run.
   */
  async evaluate(photos?: TrainingPhotos, options: EvaluateOptions = {}): Promise<Evaluated> {
    return this.#serving.use(() => evaluateClassifier(this.#folder, this.#loaded, photos, options));
  }

  /**
   * Writes the classifier to a folder in another form. `web` is for a web server: a `classifier.json` that `openClassifier` of
   * `@shroom/classifier/browser` opens, and Node too, with all weights beside it. An earlier export there is replaced.
   *
   * @throws RunFolderError when the folder holds a run.
   */
  async export(form: 'web', folder: string, options: WebExportOptions = {}): Promise<WebExport> {
    if (form !== 'web') throw new RangeError(`There is no form '${form}'; there is web.`);
    return this.#serving.use(() => exportForWeb(this.#folder, this.#loaded, folder, options));
  }

  /** Frees the weights, once all that runs is done. The classifier answers no more. */
  dispose(): Promise<void> {
    return this.#serving.dispose();
  }
}
