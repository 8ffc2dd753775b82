import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type ClassifierNetwork, outputsOf } from '../network/classifier-network';
import { imagesAtOnce } from '../network/extractor';
import { turn } from './turn';

/** What a classifier says of one image. */
export interface Row {
  readonly logits: Float32Array;
  readonly summary: Float32Array;
}

interface Waiting {
  /** For each extractor. */
  readonly images: readonly Float32Array[];
  done(row: Row): void;
  failed(error: unknown): void;
}

/** Runs the images of all requests in batches: while one is computed, the next gathers. */
export class Batcher {
  readonly #compute: ReturnType<typeof outputsOf>;
  readonly #shapes: readonly (readonly [number, number, number])[];
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(network: ClassifierNetwork) {
    this.#compute = outputsOf(network);
    this.#shapes = network.extractors.map(
      ({ backbone }) => [...backbone.preprocessing.size, 3] as const,
    );
  }

  /** @param images One image for each extractor, preprocessed. */
  run(images: readonly Float32Array[]): Promise<Row> {
    return new Promise((done, failed) => {
      this.#waiting.push({ images, done, failed });
      this.#running ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Requests of the same moment come together, and timers, signals and connections have their turn between batches.
      await turn();
      const batch = this.#waiting.splice(0, imagesAtOnce);
      try {
        const rows = await this.#rowsOf(batch);
        for (const [index, { done }] of batch.entries()) done(rows[index]!);
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    // In the same turn as the last look at the queue: nobody can have come between.
    this.#running = undefined;
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
