import { matMul, reshape, type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, type LayerConfig, only, register } from './register';

export interface AdaptiveAverageConfig extends LayerConfig {
  /** Height and width of the output. */
  readonly size: number;
}

/**
 * Averages a feature map of any size down (or repeats it up) to a square of fixed size, as PyTorch's `AdaptiveAvgPool2d`: bin `i` of `n`
 * covers the positions from `floor(i * H / n)` up to but not including `ceil((i + 1) * H / n)`.
 */
export class AdaptiveAverage extends layers.Layer {
  static readonly className = 'ShroomAdaptiveAverage';
  readonly size: number;

  constructor(config: AdaptiveAverageConfig) {
    super(config);
    this.size = config.size;
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return [inputShape[0]!, this.size, this.size, inputShape[3]!];
  }

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const x = only(inputs);
      const [count, height, width, channels] = x.shape as [number, number, number, number];
      if (height === this.size && width === this.size) return x.clone();
      const rows = matMul(this.#average(height), reshape(x, [count, height, width * channels]));
      const both = matMul(
        this.#average(width),
        reshape(rows, [count * this.size, width, channels]),
      );
      return reshape(both, [count, this.size, this.size, channels]);
    });
  }

  #average(length: number): Tensor {
    return tensor3d(averagingMatrix(this.size, length), [1, this.size, length]);
  }

  override getConfig() {
    return { ...super.getConfig(), size: this.size };
  }
}

/** Returns the matrix `[bins, length]`, row by row. Its product with a vector of `length` values is the averages over the bins. */
export function averagingMatrix(bins: number, length: number): Float32Array {
  const matrix = new Float32Array(bins * length);
  for (let bin = 0; bin < bins; bin++) {
    const start = Math.floor((bin * length) / bins);
    const end = Math.ceil(((bin + 1) * length) / bins);
    matrix.fill(1 / (end - start), bin * length + start, bin * length + end);
  }
  return matrix;
}

register(AdaptiveAverage);
