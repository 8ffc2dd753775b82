import { mul, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

type Kwargs = Parameters<layers.Layer['call']>[1];

export interface DropoutArgs {
  readonly name: string;
  /** Probability that a feature is set to zero in training, 0 to 1. */
  readonly rate: number;
}

/**
 * Dropout whose mask depends on the seed that is passed with each call (`apply(x, { training: true, seed })`), so that
 * a run can be repeated and resumed exactly. (A seeded dropout of tfjs-layers has the same mask at every step.) The
 * layer is saved as tfjs-layers' own `Dropout`.
 *
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 *
 * const dropout = new Dropout({ name: 'dropout1', rate: 0.3 });
 * const features = ones([4, 64]);
 * const first = dropout.apply(features, { training: true, seed: 17 }); // 0 or 1 / 0.7
 * const again = dropout.apply(features, { training: true, seed: 17 }); // the same numbers
 * ```
 */
export class Dropout extends layers.Layer {
  static readonly className = 'Dropout';
  readonly #rate: number;
  readonly #salt: number;
  #calls = 0;

  constructor({ name, rate }: DropoutArgs) {
    super({ name });
    this.#rate = rate;
    // Only the last part of the name is used, so that the random numbers do not depend on the model that contains the layer.
    const own = name.slice(name.lastIndexOf('/') + 1);
    this.#salt = [...own].reduce((hash, letter) => mix(hash ^ letter.charCodeAt(0)), 0);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (!kwargs?.training || this.#rate === 0) return x.clone();
    const seed = (kwargs.seed as number | undefined) ?? this.#calls++;
    return tidy(() =>
      mul(x, tensor(dropoutMask(x.size, this.#rate, mix(seed ^ this.#salt)), x.shape)),
    );
  }

  override getConfig() {
    return { ...super.getConfig(), rate: this.#rate };
  }
}

/** Makes `length` numbers: each is 0 with probability `rate`, else `1 / (1 - rate)`. */
function dropoutMask(length: number, rate: number, seed: number): Float32Array {
  const mask = new Float32Array(length);
  const kept = 1 / (1 - rate);
  const threshold = rate * 2 ** 32;
  let state = seed | 0;
  for (let index = 0; index < length; index++) {
    state = (state + 0x9e3779b9) | 0;
    mask[index] = mix(state) >>> 0 < threshold ? 0 : kept;
  }
  return mask;
}

/** Scrambles a 32-bit integer, one-to-one, so that neighbors become unrelated (finalizer of MurmurHash3). */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
