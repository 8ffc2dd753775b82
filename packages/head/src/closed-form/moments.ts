import { matMul, tensor2d, tidy } from '@tensorflow/tfjs-core';

/** Number of rows whose products are summed in 32 bits; larger sums are in 64 bits. */
const rowsAtOnce = 1024;

export interface MomentsOptions {
  /**
   * Whether the products of all pairs of channels are summed, for `ridgeHead` and `discriminantHead`. They need 8 * channels² bytes, and
   * nearly all of the time. Default true.
   */
  readonly products?: boolean;
}

/**
 * Sums over rows of features, from which heads are computed in closed form: one pass over the features is enough, in blocks of any size.
 * The sums are the same to the last bit whatever the blocks are.
 *
 * @example
 * ```ts
 * import { featureBlocks } from '@shroom/train';
 *
 * const moments = new FeatureMoments(train.channels, 9);
 * for await (const { rows, labels } of featureBlocks(train)) await moments.add(rows, labels);
 * const head = await discriminantHead(moments);
 * ```
 */
export class FeatureMoments {
  readonly channels: number;
  readonly classes: number;
  /** Number of rows of each class, `[K]`. */
  readonly counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #products: Float64Array | undefined;
  /** The mean of the first rows. Numbers near 0 keep more digits when they are squared and summed. */
  #shift: Float32Array | undefined;
  readonly #pending: Float32Array;
  readonly #labels = new Int32Array(rowsAtOnce);
  #filled = 0;

  /** @throws RangeError when there are fewer than 1 channel or 2 classes. */
  constructor(channels: number, classes: number, options: MomentsOptions = {}) {
    const { products = true } = options;
    if (!(Number.isInteger(channels) && channels >= 1 && Number.isInteger(classes) && classes >= 2))
      throw new RangeError(
        `Moments need at least 1 channel and 2 classes; they were given ${channels} and ${classes}.`,
      );
    this.channels = channels;
    this.classes = classes;
    this.counts = new Float64Array(classes);
    this.#sums = new Float64Array(classes * channels);
    this.#squares = new Float64Array(channels);
    this.#products = products ? new Float64Array(channels ** 2) : undefined;
    this.#pending = new Float32Array(rowsAtOnce * channels);
  }

  /** Number of rows that were added. */
  get rows(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Adds rows. One call has to end before the next.
   *
   * @param rows `[labels.length, channels]`.
   * @throws RangeError when the number of numbers does not fit, a label is not a class, or a number is not finite; nothing is added then.
   */
  async add(rows: Float32Array, labels: ArrayLike<number>): Promise<void> {
    this.#check(rows, labels);
    const { channels } = this;
    for (let row = 0; row < labels.length; ) {
      const count = Math.min(labels.length - row, rowsAtOnce - this.#filled);
      const own = rows.subarray(row * channels, (row + count) * channels);
      this.#pending.set(own, this.#filled * channels);
      for (let index = 0; index < count; index++)
        this.#labels[this.#filled + index] = labels[row + index]!;
      this.#filled += count;
      row += count;
      for (let index = row - count; index < row; index++) this.counts[labels[index]!]!++;
      if (this.#filled === rowsAtOnce) await this.#sum();
    }
  }

  #check(rows: Float32Array, labels: ArrayLike<number>): void {
    const { channels, classes } = this;
    if (rows.length !== labels.length * channels)
      throw new RangeError(
        `${labels.length} rows of ${channels} channels are ${labels.length * channels} numbers, not ${rows.length}.`,
      );
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row]!;
      if (!(Number.isInteger(label) && label >= 0 && label < classes))
        throw new RangeError(
          `Row ${row} has the label ${label}; with ${classes} classes, it should be a whole number from 0 to ${classes - 1}.`,
        );
    }
    // 0 times a number that is not finite is not 0.
    let sum = 0;
    for (let place = 0; place < rows.length; place++) sum += 0 * rows[place]!;
    if (sum === 0) return;
    const place = rows.findIndex(value => !Number.isFinite(value));
    throw new RangeError(
      `Row ${Math.floor(place / channels)} has ${rows[place]} in channel ${place % channels}; features should be finite numbers.`,
    );
  }

  /** Adds the pending rows to the sums. */
  async #sum(): Promise<void> {
    const { channels } = this;
    const count = this.#filled;
    if (count === 0) return;
    this.#filled = 0;
    const rows = this.#pending.subarray(0, count * channels);
    this.#shift ??= meanOf(rows, channels);
    for (let row = 0; row < count; row++) {
      const from = this.#labels[row]! * channels;
      const start = row * channels;
      for (let channel = 0; channel < channels; channel++) {
        const value = rows[start + channel]! - this.#shift[channel]!;
        rows[start + channel] = value;
        this.#sums[from + channel]! += value;
        this.#squares[channel]! += value * value;
      }
    }
    if (!this.#products) return;
    const matrix = tidy(() => {
      const block = tensor2d(rows.slice(), [count, channels]);
      return matMul(block, block, true, false);
    });
    const values = await matrix.data();
    matrix.dispose();
    for (let place = 0; place < values.length; place++) this.#products[place]! += values[place]!;
  }

  /** @throws RangeError when a class has no rows. */
  async #whole(): Promise<Float32Array> {
    const empty = this.counts.indexOf(0);
    if (empty >= 0)
      throw new RangeError(`Class ${empty} has no rows. Add some, or leave the class out.`);
    await this.#sum();
    return this.#shift!;
  }

  /**
   * Means of the classes, `[K, channels]`, and their common variance in each channel, `[channels]`.
   *
   * @throws RangeError when a class has no rows.
   */
  async means(): Promise<{ readonly means: Float64Array; readonly variance: Float64Array }> {
    const shift = await this.#whole();
    const { channels, counts, rows } = this;
    const shifted = this.#sums.map((sum, place) => sum / counts[Math.floor(place / channels)]!);
    const means = shifted.map((mean, place) => mean + shift[place % channels]!);
    const variance = this.#squares.map((square, channel) => {
      let between = 0;
      for (const [label, count] of counts.entries())
        between += count * shifted[label * channels + channel]! ** 2;
      return Math.max(0, square - between) / rows;
    });
    return { means, variance };
  }

  /**
   * Sums of the products of centered channels, `[channels, channels]`: around the mean of all rows, or around the mean of each row's class.
   *
   * @throws RangeError when a class has no rows, or the moments were made without `products`.
   */
  async scatter(around: 'mean' | 'classMeans'): Promise<Float64Array> {
    if (!this.#products)
      throw new RangeError('These moments were made without products, which this head needs.');
    await this.#whole();
    const { channels, counts, rows } = this;
    const scatter = this.#products.slice();
    const groups =
      around === 'mean' ? [totalOf(this.#sums, channels)] : rowsOf(this.#sums, channels);
    for (const [index, sum] of groups.entries()) {
      const count = around === 'mean' ? rows : counts[index]!;
      for (let row = 0; row < channels; row++) {
        const factor = sum[row]! / count;
        if (factor === 0) continue;
        const start = row * channels;
        for (let column = 0; column < channels; column++)
          scatter[start + column]! -= factor * sum[column]!;
      }
    }
    return scatter;
  }
}

function meanOf(rows: Float32Array, channels: number): Float32Array {
  const total = totalOf(Float64Array.from(rows), channels);
  return Float32Array.from(total, sum => (sum * channels) / rows.length);
}

/** The sum of the rows of a matrix. */
function totalOf(matrix: Float64Array, channels: number): Float64Array {
  const total = new Float64Array(channels);
  for (let place = 0; place < matrix.length; place++) total[place % channels]! += matrix[place]!;
  return total;
}

const rowsOf = (matrix: Float64Array, channels: number): Float64Array[] =>
  Array.from({ length: matrix.length / channels }, (_, row) =>
    matrix.subarray(row * channels, (row + 1) * channels),
  );
