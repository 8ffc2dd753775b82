/*
 * A convolution with integers, as Jacob et al. 2018 define it (https://arxiv.org/abs/1712.05877, section 2), in plain loops and apart from
 * the code that is tested.
 */

type Range = readonly [low: number, high: number];

interface Convolution {
  /** `[size, size, inputs, outputs]`. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly size: number;
  readonly stride: number;
  /** Zeros on each side. */
  readonly zeros: number;
  readonly outputs: number;
}

const stepsOf = ([low, high]: Range) => {
  const step = Math.fround((high - low) / 255);
  return { step, zero: Math.round(-low / step) };
};

/** Rounds halves to the even number, as ONNX does. */
function rounded(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

const cut = (value: number) => Math.min(255, Math.max(0, value));

/** Numbers as they are after they were stored in 8 bits. */
export function roundedTo(values: readonly number[], range: Range): number[] {
  const { step, zero } = stepsOf(range);
  return values.map(value => (cut(rounded(value / step) + zero) - zero) * step);
}

/** @param image `[height, width, inputs]`. @returns `[height, width, outputs]`, as numbers in 8 bits. */
export function int8Convolution(
  image: {
    readonly values: Float32Array;
    readonly shape: readonly number[];
    readonly range: Range;
  },
  { kernel, bias, size, stride, zeros, outputs }: Convolution,
  range: Range,
): number[] {
  const [height, width, inputs] = image.shape as [number, number, number];
  const [from, to] = [stepsOf(image.range), stepsOf(range)];
  const x = Array.from(image.values, value => cut(rounded(value / from.step) + from.zero));
  const weightsOf = (output: number) => {
    const own = [...kernel].filter((_, k) => k % outputs === output);
    const step = Math.fround(Math.max(...own.map(Math.abs)) / 127);
    return { step, integers: own.map(value => Math.round(value / step)) };
  };
  const weights = Array.from({ length: outputs }, (_, output) => weightsOf(output));
  const found: number[] = [];
  for (let top = -zeros; top + size <= height + zeros; top += stride)
    for (let left = -zeros; left + size <= width + zeros; left += stride)
      for (const [output, { step, integers }] of weights.entries()) {
        const unit = Math.fround(from.step * step);
        let sum = Math.round(bias[output]! / unit);
        for (let row = 0; row < size; row++)
          for (let column = 0; column < size; column++)
            for (let channel = 0; channel < inputs; channel++) {
              const [y, z] = [top + row, left + column];
              if (y < 0 || z < 0 || y >= height || z >= width) continue;
              const value = x[(y * width + z) * inputs + channel]! - from.zero;
              sum += value * integers[(row * size + column) * inputs + channel]!;
            }
        found.push((cut(rounded((sum * unit) / to.step) + to.zero) - to.zero) * to.step);
      }
  return found;
}
