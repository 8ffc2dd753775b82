import { type Pixels, resize } from '@shroom/data';
import { gradCam } from '@shroom/gradcam';
import { attachHead } from '@shroom/head';
import type { Preprocessing, Tap } from '@shroom/models';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { PhotoError, UnsupportedNetworkError } from '../errors';
import { Explainer, type Explaining, type HeldPhoto } from '../explaining/explainer';
import { disposeNetwork, type LoadedClassifier } from '../file/assemble';
import type { ClassifierFile } from '../file/schema';
import { type Extractor, headless } from '../network/extractor';
import { toTensor } from '../network/images';
import { fallbackOf } from '../network/precision';
import type { NamedPhoto, Picture } from '../photos/picture';
import { viewsOf } from '../photos/views';
import { requireKnown } from '../requirements';
import { averaged, type CertaintyOfViews, type Prediction, predictionOf } from './answer';
import { Batcher } from './batcher';
import { certaintyOf } from './certainty';
import { inOrder } from './in-order';
import {
  type Explained,
  type ExplainOptions,
  explainOptions,
  type FailedPhoto,
  type PredictOptions,
  predictOptions,
} from './options';
import { type Seen, seenIn } from './seen';

/** A photo that a classifier has classified and can explain without computing everything again. */
export interface Look {
  /** The answer for the unchanged photo, from one view. */
  readonly prediction: Prediction;
  /**
   * Why the browser's own decoder read the file, whose pixels may then differ slightly from those in Node. Absent if the same decoder as
   * in Node was used.
   */
  readonly fallback?: string;
  /** Computes a heat map. Further classes or methods at the same layer take little time. */
  explain(options?: ExplainOptions): Promise<Explained>;
  /** Frees everything that was computed for the photo, after running explanations have finished. Later ones throw an error. */
  dispose(): void;
}

/** Predicts and explains with a classifier: the code that Node and browsers share. */
export class Serving {
  readonly #loaded: LoadedClassifier;
  readonly #batcher: Batcher;
  readonly #explainer: Explainer;
  /** Running computations. The weights are freed only after all computations have finished. */
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;
  #model: LayersModel | undefined;

  /** @param onBatch Called with the number of images of each batch. */
  constructor(loaded: LoadedClassifier, onBatch?: (images: number) => void) {
    this.#loaded = loaded;
    this.#batcher = new Batcher(loaded.network, onBatch);
    this.#explainer = new Explainer(loaded.network);
  }

  get classes(): readonly string[] {
    return this.file.classes;
  }

  get file(): ClassifierFile {
    return this.#loaded.file;
  }

  get fallback(): string | undefined {
    return fallbackOf(this.file, this.#loaded.network.extractors);
  }

  get model(): LayersModel {
    this.#requireOpen();
    this.#model ??= this.#joined();
    return this.#model;
  }

  get preprocessing(): Preprocessing {
    return this.#loaded.network.extractors[0]!.backbone.preprocessing;
  }

  tapsOf(extractor: number): readonly Tap[] {
    const { extractors } = this.#loaded.network;
    const found = extractors[extractor];
    if (found) return found.backbone.taps;
    throw new UnsupportedNetworkError(
      `There is no extractor ${extractor}; the classifier has ${extractors.length}.`,
    );
  }

  imagesOf(photos: readonly Pixels[]): Tensor4D {
    this.#requireOpen();
    const { preprocessing } = this;
    const resized = photos.map(photo => resize(photo, preprocessing.size));
    return toTensor(resized, { preprocessing });
  }

  async predict(photos: AsyncIterable<NamedPhoto>, options: PredictOptions): Promise<Prediction[]> {
    const all: Prediction[] = [];
    for await (const each of this.predictEach(photos, options)) {
      if ('error' in each) throw each.error;
      all.push(each);
    }
    return all;
  }

  async *predictEach(
    photos: AsyncIterable<NamedPhoto>,
    options: PredictOptions,
  ): AsyncGenerator<Prediction | FailedPhoto, void, undefined> {
    const { views = this.file.views, signal } = options;
    requireKnown('', options, predictOptions);
    this.#requireOpen();
    const certainty = certaintyOf(this.file, views);
    yield* inOrder(photos, signal, async photo => {
      try {
        return await this.use(() => this.#answerOf(photo, views, certainty));
      } catch (error) {
        if (error instanceof PhotoError) return { photo: photo.name, error };
        throw error;
      }
    });
  }

  /** Yields the answer and the heat map of each photo, together with the photo. */
  async *explainEach<Photo extends NamedPhoto>(
    photos: AsyncIterable<Photo>,
    options: ExplainOptions,
  ): AsyncGenerator<{ readonly photo: Photo; readonly explained: Explained }, void, undefined> {
    const how = this.#explaining(options);
    for await (const photo of photos) {
      options.signal?.throwIfAborted();
      const explained = await this.use(async () =>
        this.#explained(photo.name, await photo.read(), how),
      );
      yield { photo, explained };
    }
  }

  /** Reads a photo for repeated questions. */
  look(photo: NamedPhoto): Promise<Look> {
    return this.use(async () => {
      const picture = await photo.read();
      const prediction = await this.#answer(photo.name, picture, 1, certaintyOf(this.file, 1));
      const pixels: Pixels & { readonly fallback?: string } = await picture.resized(
        this.preprocessing.size,
      );
      const { fallback } = pixels;
      const held = this.#explainer.hold(pixels);
      let [explaining, isDisposed] = [0, false];
      const free = () => {
        if (isDisposed && explaining === 0) held.dispose();
      };
      return {
        prediction,
        ...(fallback !== undefined && { fallback }),
        explain: async (options = {}) => {
          if (isDisposed) throw new Error('This look is disposed; look at the photo again.');
          explaining++;
          try {
            return await this.use(() =>
              this.#explainedOf(prediction, held, this.#explaining(options)),
            );
          } finally {
            explaining--;
            free();
          }
        },
        dispose: () => {
          isDisposed = true;
          free();
        },
      };
    });
  }

  /** Runs work that needs the weights. @throws Error when the classifier is disposed. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  dispose(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#running).then(() =>
      disposeNetwork(this.#loaded.network),
    );
    return this.#closed;
  }

  #joined(): LayersModel {
    const { extractors, head } = this.#loaded.network;
    const [first, ...others] = extractors as readonly [Extractor, ...Extractor[]];
    if (others.length > 0)
      throw new UnsupportedNetworkError(
        `The features come from ${extractors.length} networks, which are not one model. Take predict and explain.`,
      );
    return attachHead(headless(first), head);
  }

  /** The answer for one photo of several, which are computed in full batches. */
  async #answerOf(
    photo: NamedPhoto,
    views: number,
    certainty: CertaintyOfViews,
  ): Promise<Prediction> {
    const arrived = this.#batcher.expect();
    let seen: Seen[];
    try {
      seen = await this.#seen(await photo.read(), views);
    } finally {
      arrived();
    }
    return this.#answerTo(photo.name, seen, certainty, true);
  }

  async #answer(
    name: string,
    picture: Picture,
    views: number,
    certainty: CertaintyOfViews,
  ): Promise<Prediction> {
    return this.#answerTo(name, await this.#seen(picture, views), certainty, false);
  }

  #seen(picture: Picture, views: number): Promise<Seen[]> {
    const { network, file } = this.#loaded;
    return seenIn(picture, viewsOf(file.augment, views), network.extractors);
  }

  async #answerTo(
    name: string,
    seen: readonly Seen[],
    certainty: CertaintyOfViews,
    waits: boolean,
  ): Promise<Prediction> {
    const { network, novelty, file } = this.#loaded;
    const rows = await Promise.all(seen.map(({ images }) => this.#batcher.run(images, waits)));
    const logits = averaged(
      rows.map(row => row.logits),
      network.task,
    );
    const strange = novelty && {
      score: novelty.score(rows[0]!.summary)[0]!,
      threshold: novelty.threshold,
    };
    return predictionOf(name, file, logits, certainty, strange);
  }

  async #explained(name: string, picture: Picture, how: Explaining): Promise<Explained> {
    const prediction = await this.#answer(name, picture, 1, certaintyOf(this.file, 1));
    const held = this.#explainer.hold(await picture.resized(this.preprocessing.size));
    try {
      return await this.#explainedOf(prediction, held, how);
    } finally {
      held.dispose();
    }
  }

  async #explainedOf(prediction: Prediction, held: HeldPhoto, how: Explaining): Promise<Explained> {
    const classIndex = how.classIndex ?? prediction.classIndex;
    if (how.against === classIndex)
      throw new RangeError(
        `'${this.classes[classIndex]}' cannot be explained against itself. Give a 'class' and another one 'against' which it is explained.`,
      );
    const explanation = await held.explain({ ...how, classIndex });
    const explained = this.classes[classIndex]!;
    return { ...prediction, explained, map: explanation.map, explanation };
  }

  /** Resolves names of classes to indices. @throws RangeError for an unknown class. */
  #explaining(options: ExplainOptions): Explaining {
    requireKnown('', options, explainOptions);
    const { method = gradCam(), class: wanted, against, signal, ...where } = options;
    const [classIndex, rival] = [wanted, against].map(name => {
      const index = name === undefined ? undefined : this.classes.indexOf(name);
      if (index !== -1) return index;
      throw new RangeError(`There is no class '${name}'; there are ${this.classes.join(', ')}.`);
    });
    return { method, classIndex, against: rival, signal, ...where };
  }

  #requireOpen(): void {
    if (this.#closed) throw new Error('The classifier is disposed; open it again.');
  }
}
