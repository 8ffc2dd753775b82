import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type ClassifierNetwork, outputsOf } from '../network/classifier-network';
import { imagesAtOnce } from '../network/extractor';
import { turn } from './turn';

/** Output of a classifier for one image. */
export interface Row {
  readonly logits: Float32Array;
  readonly summary: Float32Array;
}

interface Waiting {
  /** The preprocessed photo for each extractor. */
  readonly images: readonly Float32Array[];
  /** Whether it may wait for announced photos. */
  readonly waits: boolean;
  done(row: Row): void;
  failed(error: unknown): void;
}

/** Runs the images of all requests in batches. While one batch is computed, images for the next one are collected. */
export class Batcher {
  readonly #compute: ReturnType<typeof outputsOf>;
  readonly #shapes: readonly (readonly [number, number, number])[];
  readonly #waiting: Waiting[] = [];
  /** Number of announced photos that are still being read. */
  #coming = 0;
  /** Called when a batch that waits for announced photos should be looked at again. */
  #arrived = () => {};
  readonly #onBatch: ((images: number) => void) | undefined;
  #running: Promise<void> | undefined;

  /** @param onBatch Called with the number of images of each batch. */
  constructor(network: ClassifierNetwork, onBatch?: (images: number) => void) {
    this.#onBatch = onBatch;
    this.#compute = outputsOf(network);
    this.#shapes = network.extractors.map(
      ({ backbone }) => [...backbone.preprocessing.size, 3] as const,
    );
  }

  /**
   * Computes the output for one photo.
   *
   * @param images One preprocessed image for each extractor.
   * @param waits Whether a batch with room may wait for announced photos.
   */
  run(images: readonly Float32Array[], waits: boolean): Promise<Row> {
    return new Promise((done, failed) => {
      this.#waiting.push({ images, waits, done, failed });
      this.#running ??= this.#work();
      this.#arrived();
    });
  }

  /**
   * Announces a photo that is being read, for which batches with room then wait: full batches take less time an image, and each new number
   * of images is compiled anew. @returns a function to call before the photo's images are run, or when it cannot be read.
   */
  expect(): () => void {
    this.#coming++;
    return () => {
      this.#coming--;
      this.#arrived();
    };
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Waiting one turn of the event loop collects simultaneous requests in one batch, and lets timers, signals and connections run.
      await turn();
      while (this.#hasRoom()) {
        await new Promise<void>(done => {
          this.#arrived = done;
        });
        await turn();
      }
      const batch = this.#waiting.splice(0, imagesAtOnce);
      this.#onBatch?.(batch.length);
      try {
        const rows = await this.#rowsOf(batch);
        for (const [index, { done }] of batch.entries()) done(rows[index]!);
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    // No request can have been added since the last check of the queue, because nothing was awaited in between.
    this.#running = undefined;
  }

  /** Whether a batch should wait for photos that are being read. */
  #hasRoom(): boolean {
    const waiting = this.#waiting;
    return this.#coming > 0 && waiting.length < imagesAtOnce && waiting.every(each => each.waits);
  }

  async #rowsOf(batch: readonly Waiting[]): Promise<Row[]> {
    const count = batch.length;
    const images = this.#shapes.map((shape, extractor): Tensor => {
      const size = shape[0] * shape[1] * shape[2];
      const values = new Float32Array(count * size);
      for (const [row, each] of batch.entries()) values.set(each.images[extractor]!, row * size);
      return tensor(values, [count, ...shape]);
    });
    const { logits, summary } = this.#compute(images);
    try {
      const [ofLogits, ofSummary] = await Promise.all([logits.data(), summary.data()]);
      const part = (values: ArrayLike<number>, row: number) => {
        const width = values.length / count;
        return (values as Float32Array).slice(row * width, (row + 1) * width);
      };
      return batch.map((_, row) => ({
        logits: part(ofLogits, row),
        summary: part(ofSummary, row),
      }));
    } finally {
      for (const each of [...images, logits, summary]) each.dispose();
    }
  }
}
