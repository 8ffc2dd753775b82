import type { Pixels } from '@shroom/pixels';

/** The numbers that a network expects as input. A backbone has them with its weights. */
export interface Normalization {
  readonly channelOrder: 'RGB' | 'BGR';
  /** Factor on pixel values from 0 to 255. */
  readonly scale: number;
  /** Mean of each channel, in `channelOrder`. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation of each channel, in `channelOrder`. */
  readonly std: readonly [number, number, number];
}

/**
 * Writes `(scale * pixel - mean) / std` to `target`, beginning at `offset`: `height * width * 3` numbers with the channels
 * in the order that the network expects. Every step is rounded to 32 bits as in PyTorch, so the numbers are the same.
 *
 * @example
 * ```ts
 * const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
 * const input = new Float32Array(pixels.data.length); // [height, width, 3]
 * normalize(pixels, { channelOrder: 'RGB', scale: 1 / 255, ...imagenet }, input);
 * ```
 */
export function normalize(
  pixels: Pixels,
  how: Normalization,
  target: Float32Array,
  offset = 0,
): void {
  const { data } = pixels;
  const [first, second, third] = normalizationTables(how);
  const [a, c] = how.channelOrder === 'RGB' ? [0, 2] : [2, 0];
  for (let index = 0; index < data.length; index += 3) {
    target[offset + index] = first[data[index + a]!]!;
    target[offset + index + 1] = second[data[index + 1]!]!;
    target[offset + index + 2] = third[data[index + c]!]!;
  }
}

type Tables = [Float32Array, Float32Array, Float32Array];

/** Lookup tables for the three channels of the result: the normalized number for each of the 256 values. */
export const normalizationTables = (how: Normalization): Tables =>
  [0, 1, 2].map(channel => tableOf(how, channel)) as Tables;

function tableOf({ scale, mean, std }: Normalization, channel: number): Float32Array {
  const { fround } = Math;
  const center = fround(mean[channel]!);
  const spread = fround(std[channel]!);
  return Float32Array.from(
    { length: 256 },
    (_, value) => fround(fround(scale * value) - center) / spread,
  );
}
