import type { Pixels } from '@shroom/data';
import type { Preprocessing, Tap } from '@shroom/models';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { startEngine } from './engine/engine';
import type { EngineName } from './engine/names';
import { type Evaluated, type EvaluateOptions, evaluateClassifier } from './evaluate';
import { type PictureOptions, photoPng } from './explaining/photo-png';
import type { AnyExportOptions, Exported } from './exports/form';
import { type ExportOptionsOf, type ExportResultOf, findExportForm } from './exports/forms';
import type { ExportFormName } from './exports/names';
import type { LoadedClassifier } from './file/assemble';
import { type LoadOptions, loadClassifier } from './file/load';
import { folderOf } from './file/locate';
import type { ClassifierFile } from './file/schema';
import type { PhotoInputs } from './photos/inputs';
import { bytesOf, readablePhotos } from './photos/reading';
import { type NamesOf, requireKnown } from './requirements';
import { ofTheResult } from './run/disk';
import type { Prediction } from './serving/answer';
import type { Explained, ExplainOptions, FailedPhoto, PredictOptions } from './serving/options';
import { Serving } from './serving/serving';
import type { TrainingPhotos } from './training/work';

export interface OpenClassifierOptions extends LoadOptions {
  /** Default: the engine that the program has set, or else the fastest one that loads. */
  readonly engine?: EngineName | 'auto';
  /** A photo whose width times height is larger is refused before it is decoded. Default about 179 million. */
  readonly mostPixels?: number;
  /** Called for each batch that is computed, with the number of views of photos in it; for metrics. */
  readonly onBatch?: (views: number) => void;
}

/** The answer for one photo, from one view, with its heat map. */
export type PhotoExplanation = Explained & {
  /** Draws the photo (its longer side 480 pixels) with the heat map on top or beside it. Returns the bytes of a PNG. */
  toPng(options?: PictureOptions): Promise<Uint8Array>;
};

/**
 * Opens a trained classifier. Requests that arrive at the same time are answered in batches.
 *
 * @param address The folder of a run, a `.zip` of such a folder, the URL of either, or `hf:owner/name@revision`. It has a
 *   `classifier.json`, and the files that are named in it. Remote files are downloaded into the cache once.
 * @throws ClassifierFileError when the folder has no classifier, or a part of the classifier is missing, damaged or of another training.
 * @throws DownloadError when the backbone's weights are not in the cache and cannot be downloaded.
 * @throws EngineLimitError when the classifier computes in int8, and the engine is not `ort`.
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
  requireKnown('', options, known);
  const { engine, mostPixels, onBatch, ...loading } = options;
  const place = await folderOf(address, loading);
  await startEngine(engine);
  const handling = { ...(mostPixels !== undefined && { mostPixels }), ...(onBatch && { onBatch }) };
  return new Classifier(place, await loadClassifier(place, loading), handling);
}

const known: NamesOf<OpenClassifierOptions> = {
  ...{ engine: true, weights: true, onProgress: true, signal: true },
  ...{ mostPixels: true, onBatch: true },
};

/**
 * A trained classifier, opened by `openClassifier`.
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
  readonly #limits: Pick<OpenClassifierOptions, 'mostPixels'>;

  /** @internal */
  constructor(
    folder: string,
    loaded: LoadedClassifier,
    { onBatch, ...limits }: Pick<OpenClassifierOptions, 'mostPixels' | 'onBatch'> = {},
  ) {
    this.#folder = folder;
    this.#loaded = loaded;
    this.#limits = limits;
    this.#serving = new Serving(loaded, onBatch);
  }

  get classes(): readonly string[] {
    return this.#loaded.file.classes;
  }

  /** The content of `classifier.json`: the networks, the training data and the calibration. Plain data. */
  get file(): ClassifierFile {
    return this.#loaded.file;
  }

  /**
   * A sentence that says so, if the classifier was trained and tested in int8 and computes in 32 bits here, which exports do: its answers
   * then differ a little. Otherwise undefined.
   */
  get fallback(): string | undefined {
    return this.#serving.fallback;
  }

  /**
   * The whole classifier as one model, from images `[N, H, W, 3]` (preprocessed by `preprocessing`) to logits `[N, K]`. The model works
   * with `@shroom/gradcam` and everything else that takes TensorFlow.js models. It computes in 32 bits, also if `predict` does so in int8. `dispose` of the classifier also disposes the model.
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

  /**
   * Resizes pixels to the input size of `model` and preprocesses them: `[N, H, W, 3]`. The caller disposes the tensor.
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

  /** Layers of `model` that can be explained, from the stem to the last feature map. */
  get taps(): readonly Tap[] {
    return this.#serving.tapsOf(0);
  }

  /**
   * Classifies photos.
   *
   * @throws PhotoError for the first photo that cannot be read. `predictEach` reports such a photo and continues with the others.
   */
  async predict(photos: PhotoInputs, options: PredictOptions = {}): Promise<Prediction[]> {
    return this.#serving.predict(readablePhotos(photos, this.#limits), options);
  }

  /**
   * Classifies photos one after the other and yields each answer in order. Only a few photos are in memory at a time. A photo that cannot
   * be read yields its error.
   */
  async *predictEach(
    photos: PhotoInputs,
    options: PredictOptions = {},
  ): AsyncGenerator<Prediction | FailedPhoto, void, undefined> {
    yield* this.#serving.predictEach(readablePhotos(photos, this.#limits), options);
  }

  /**
   * Classifies photos and computes a heat map for each.
   *
   * @throws PhotoError for a photo that cannot be read. RangeError for a class that the classifier does not have.
   */
  async explain(photos: PhotoInputs, options: ExplainOptions = {}): Promise<PhotoExplanation[]> {
    const found: PhotoExplanation[] = [];
    const each = this.#serving.explainEach(readablePhotos(photos, this.#limits), options);
    for await (const { photo, explained } of each) {
      const toPng = async (how?: PictureOptions) =>
        photoPng(await bytesOf(photo.input), explained.map, how);
      found.push({ ...explained, toPng });
    }
    return found;
  }

  /**
   * Evaluates the classifier on the test photos of its run, or on other labeled photos.
   *
   * @param photos Labeled photos. Their classes are matched by name. Default: the photos of the run.
   */
  async evaluate(photos?: TrainingPhotos, options: EvaluateOptions = {}): Promise<Evaluated> {
    return this.#serving.use(() => evaluateClassifier(this.#folder, this.#loaded, photos, options));
  }

  /**
   * Writes the classifier in another form, which other programs open:
   *
   * | form | destination | |
   * |---|---|---|
   * | `web` | a folder | for a web server: `openClassifier` opens it in a browser (`@shroom/classifier/browser`) and in Node |
   * | `zip` | a file | the same as one file |
   * | `onnx` | a file | an ONNX model from images to probabilities, for any ONNX runtime |
   * | `tfjs` | a folder | a graph model from images to probabilities, for TensorFlow.js without this package |
   * | `transformers` | a folder | for transformers.js and the Hugging Face hub |
   * | `timm` | a folder | the network without its head, for timm in Python |
   *
   * An earlier export in the same place is replaced.
   *
   * @throws RunFolderError when the folder holds anything but an earlier export, or the disk does not take the export. UnsupportedExportError
   *   when the classifier has no such form. RangeError for an unknown form.
   * @example
   * ```ts
   * const classifier = await openClassifier('runs/pets');
   * const { files } = await classifier.export('onnx', 'pets.onnx', { weights: 'float16' });
   * console.log(files); // [{ path: 'pets.onnx', bytes: 52000000 }]
   * ```
   */
  async export<Name extends ExportFormName>(
    form: Name,
    destination: string,
    options?: ExportOptionsOf<Name>,
  ): Promise<ExportResultOf<Name>>;
  async export(form: string, destination: string, options?: AnyExportOptions): Promise<Exported>;
  async export(
    form: string,
    destination: string,
    options: AnyExportOptions = {},
  ): Promise<Exported> {
    const write = findExportForm(form);
    const source = { ...this.#loaded, folder: this.#folder };
    return this.#serving.use(() =>
      write(source, destination, options).catch(error => {
        throw ofTheResult(destination, error);
      }),
    );
  }

  /** Frees the weights after all running calls have finished. Later calls throw an error. */
  dispose(): Promise<void> {
    return this.#serving.dispose();
  }
}
