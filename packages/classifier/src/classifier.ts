import { type Pixels, resize } from '@shroom/data';
import { type Explanation, gradCam, type HeatMap, type Method } from '@shroom/gradcam';
import { attachHead } from '@shroom/head';
import type { Preprocessing, Tap } from '@shroom/models';
import type { Certainty } from '@shroom/train';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type EngineName, startEngine } from './engine/engine';
import { PhotoError, UnsupportedNetworkError } from './errors';
import { type Evaluated, type EvaluateOptions, evaluateClassifier } from './evaluate';
import { Explainer, type Explaining } from './explaining/explainer';
import { type PictureOptions, photoPng } from './explaining/photo-png';
import {
  disposeNetwork,
  type LoadedClassifier,
  type LoadOptions,
  loadClassifier,
} from './file/load';
import { folderOf } from './file/locate';
import type { ClassifierFile } from './file/schema';
import type { Extractor } from './network/extractor';
import { toTensor } from './network/images';
import { eachPhoto, type NamedInput, type PhotoInputs } from './photos/inputs';
import { viewsOf } from './photos/views';
import { averaged, type Prediction, predictionOf } from './serving/answer';
import { Batcher } from './serving/batcher';
import { inOrder } from './serving/in-order';
import { seenIn } from './serving/seen';
import type { TrainingPhotos } from './train';

export interface OpenClassifierOptions extends LoadOptions {
  /** Default: the one that the program has set, else the fastest that loads. */
  readonly engine?: EngineName | 'auto';
}

export interface PredictOptions {
  /** Views of each photo whose probabilities are averaged. Default: as many as in the test of the run. */
  readonly views?: number;
  readonly signal?: AbortSignal;
}

export interface ExplainOptions {
  /** Default Grad-CAM. */
  readonly method?: Method;
  /** Layer whose feature map is looked at, or `last-convolution`. Default: the last feature map. */
  readonly tap?: string;
  /** Of which class, by its name. Default: the most probable one. */
  readonly class?: string;
  /** Which of several extractors is looked at. Default 0, the first. */
  readonly extractor?: number;
  readonly signal?: AbortSignal;
}

/** What a classifier says of a photo, from one view, and what it looked at. */
export interface PhotoExplanation extends Prediction {
  /** The class that is explained. */
  readonly explained: string;
  /** At least 0, not normalized, at the resolution of the layer. */
  readonly map: HeatMap;
  /** Everything that `explain` of `@shroom/gradcam` gives. */
  readonly explanation: Explanation;
  /** The photo, its longer side 480 pixels, with the map on top or beside it, as the bytes of a PNG. */
  toPng(options?: PictureOptions): Promise<Uint8Array>;
}

/** A photo that could not be read, among those of `predictEach`. */
export interface FailedPhoto {
  readonly photo: string;
  readonly error: PhotoError;
}

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
  readonly #batcher: Batcher;
  readonly #explainer: Explainer;
  readonly #folder: string;
  /** What is computed now; the weights stay until it is done. */
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;
  #model: LayersModel | undefined;

  /** @internal */
  constructor(folder: string, loaded: LoadedClassifier) {
    this.#folder = folder;
    this.#loaded = loaded;
    this.#batcher = new Batcher(loaded.network);
    this.#explainer = new Explainer(loaded.network);
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
    this.#requireOpen();
    this.#model ??= this.#joined();
    return this.#model;
  }

  /** How photos become the images of `model`; of the first network where there are several. */
  get preprocessing(): Preprocessing {
    return this.#loaded.network.extractors[0]!.backbone.preprocessing;
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
    this.#requireOpen();
    const { preprocessing } = this;
    const resized = photos.map(photo => resize(photo, preprocessing.size));
    return toTensor(resized, { preprocessing });
  }

  /** Layers of `model` that are worth looking at, from the stem to the last feature map. */
  get taps(): readonly Tap[] {
    return this.#loaded.network.extractors[0]!.backbone.taps;
  }

  /**
   * The class of each photo.
   *
   * @throws PhotoError for the first photo that cannot be read; `predictEach` goes on with the others.
   */
  async predict(photos: PhotoInputs, options: PredictOptions = {}): Promise<Prediction[]> {
    const all: Prediction[] = [];
    for await (const each of this.predictEach(photos, options)) {
      if ('error' in each) throw each.error;
      all.push(each);
    }
    return all;
  }

  /** The class of each photo, in order, as it is known; a few photos are held at a time. One that cannot be read comes with its error. */
  async *predictEach(
    photos: PhotoInputs,
    options: PredictOptions = {},
  ): AsyncGenerator<Prediction | FailedPhoto, void, undefined> {
    const { views = this.file.views, signal } = options;
    this.#requireOpen();
    const certainty = this.#certaintyOf(views);
    yield* inOrder(eachPhoto(photos), signal, async photo => {
      try {
        return await this.#use(() => this.#answer(photo, views, certainty));
      } catch (error) {
        if (error instanceof PhotoError) return { photo: photo.name, error };
        throw error;
      }
    });
  }

  /**
   * What the classifier says of each photo, and where it looked.
   *
   * @throws PhotoError for a photo that cannot be read. RangeError for a class that it does not have.
   */
  async explain(photos: PhotoInputs, options: ExplainOptions = {}): Promise<PhotoExplanation[]> {
    const { method = gradCam(), class: wanted, signal, ...where } = options;
    const wantedIndex = wanted === undefined ? undefined : this.classes.indexOf(wanted);
    if (wantedIndex === -1)
      throw new RangeError(`There is no class '${wanted}'; there are ${this.classes.join(', ')}.`);
    const found: PhotoExplanation[] = [];
    for await (const photo of eachPhoto(photos)) {
      signal?.throwIfAborted();
      const how = { method, signal, ...where };
      found.push(await this.#use(() => this.#explained(photo, wantedIndex, how)));
    }
    return found;
  }

  /**
   * How good the classifier is: on the test photos of its run, or on others.
   *
   * @param photos Labeled photos, whose classes are known by their names. Default: those of the run.
   */
  async evaluate(photos?: TrainingPhotos, options: EvaluateOptions = {}): Promise<Evaluated> {
    return this.#use(() => evaluateClassifier(this.#folder, this.#loaded, photos, options));
  }

  /** Frees the weights, once all that runs is done. The classifier answers no more. */
  dispose(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#running).then(() =>
      disposeNetwork(this.#loaded.network),
    );
    return this.#closed;
  }

  /** Does what needs the weights. */
  async #use<T>(work: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  #joined(): LayersModel {
    const { extractors, head } = this.#loaded.network;
    const [first, ...others] = extractors as readonly [Extractor, ...Extractor[]];
    if (others.length > 0)
      throw new UnsupportedNetworkError(
        `The features come from ${extractors.length} networks, which are not one model. Take predict and explain.`,
      );
    return attachHead(first.pooling === 'average' ? first.backbone.model : first.features, head);
  }

  async #answer(photo: NamedInput, views: number, certainty: Certainty): Promise<Prediction> {
    const { network, novelty, file } = this.#loaded;
    const seen = await seenIn(photo, viewsOf(file.augment, views), network.extractors);
    const rows = await Promise.all(seen.map(({ images }) => this.#batcher.run(images)));
    const logits = averaged(rows.map(row => row.logits));
    const strange = novelty && {
      score: novelty.score(rows[0]!.summary)[0]!,
      threshold: novelty.threshold,
    };
    return predictionOf(photo.name, file.classes, logits, certainty, strange);
  }

  async #explained(
    photo: NamedInput,
    wanted: number | undefined,
    how: Omit<Explaining, 'classIndex'>,
  ): Promise<PhotoExplanation> {
    const prediction = await this.#answer(photo, 1, this.#certaintyOf(1));
    const [seen] = await seenIn(photo, viewsOf('flips', 1), this.#loaded.network.extractors);
    const classIndex = wanted ?? prediction.classIndex;
    const explanation = await this.#explainer.explain(seen!.pixels, { ...how, classIndex });
    const { map } = explanation;
    const toPng = (options?: PictureOptions) => photoPng(photo.input, map, options);
    return { ...prediction, explained: this.classes[classIndex]!, map, explanation, toPng };
  }

  #certaintyOf(views: number): Certainty {
    const { certainty } = this.file;
    const found = certainty.find(each => each.views === views);
    if (found) return found;
    const known = certainty.map(each => each.views).join(' or ');
    throw new RangeError(
      `How sure answers from ${views} views are was not measured; take ${known}.`,
    );
  }

  #requireOpen(): void {
    if (this.#closed) throw new Error('The classifier is disposed; open it again.');
  }
}
