import {
  add,
  concat,
  mul,
  neg,
  reshape,
  slice,
  type Tensor,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, type LayerConfig, only, register } from './register';

export interface RotaryPositionsConfig extends LayerConfig {
  readonly heads: number;
  /** Number of tokens before the patches; they have no position. */
  readonly prefix: number;
  /** `[height, width]` of the grid of patches; null if images have any size; `PatchTokens` then checks that the grid is square. */
  readonly grid: readonly [number, number] | null;
}

/** Longest period, relative to half of the image. */
const temperature = 100;

type Rotations = readonly [cosines: Float32Array, sines: Float32Array];

/** All layers of a network rotate alike, in each forward pass, so the latest rotations are kept. */
let latest: { readonly key: string; readonly rotations: Rotations } | undefined;

/**
 * Rotates queries and keys by the places of their patches, in `[N, T, 3 C]` of queries, keys and values.
 *
 * @see Siméoni et al. 2025 (DINOv3), section 3.2. https://arxiv.org/abs/2508.10104
 */
export class RotaryPositions extends layers.Layer {
  static readonly className = 'ShroomRotaryPositions';
  readonly #config: Omit<RotaryPositionsConfig, keyof LayerConfig>;

  constructor(config: RotaryPositionsConfig) {
    super(config);
    const { heads, prefix, grid } = config;
    this.#config = { heads, prefix, grid };
  }

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const all = only(inputs);
      const [count, tokens, width] = all.shape as [number, number, number];
      const { heads } = this.#config;
      const size = width / 3 / heads;
      const half = size / 2;
      const [cosines, sines] = this.rotations(tokens, size).map(values =>
        tensor(values, [tokens * 3, 1, size]),
      ) as [Tensor, Tensor];
      const parts = reshape(all, [count, tokens * 3, heads, size]);
      const first = slice(parts, [0, 0, 0, 0], [count, tokens * 3, heads, half]);
      const second = slice(parts, [0, 0, 0, half], [count, tokens * 3, heads, half]);
      const turned = concat([neg(second), first], 3);
      return reshape(add(mul(parts, cosines), mul(turned, sines)), [count, tokens, width]);
    });
  }

  /**
   * Cosines and sines for each token's query, key and value: `[tokens, 3, size]`. Values and the tokens before the patches are not
   * rotated.
   */
  rotations(tokens: number, size: number): Rotations {
    const { prefix } = this.#config;
    const [height, width] = this.#gridOf(tokens);
    const key = String([prefix, height, width, tokens, size]);
    if (latest?.key === key) return latest.rotations;
    const cosines = new Float32Array(tokens * 3 * size).fill(1);
    const sines = new Float32Array(tokens * 3 * size);
    const quarter = size / 4;
    for (let patch = 0; patch < height * width; patch++) {
      const row = Math.floor(patch / width);
      const places = [(2 * (row + 0.5)) / height - 1, (2 * ((patch % width) + 0.5)) / width - 1];
      for (let k = 0; k < size; k++) {
        const place = places[Math.floor((k % (size / 2)) / quarter)]!;
        const angle = (2 * Math.PI * place) / temperature ** ((k % quarter) / quarter);
        for (const part of [0, 1]) {
          const index = ((prefix + patch) * 3 + part) * size + k;
          cosines[index] = Math.cos(angle);
          sines[index] = Math.sin(angle);
        }
      }
    }
    latest = { key, rotations: [cosines, sines] };
    return latest.rotations;
  }

  #gridOf(tokens: number): readonly [number, number] {
    const { grid, prefix } = this.#config;
    if (grid) return grid;
    const side = Math.sqrt(tokens - prefix);
    return [side, side];
  }

  override getConfig() {
    const { grid, ...config } = this.#config;
    return { ...super.getConfig(), ...config, grid: grid && [...grid] };
  }
}

register(RotaryPositions);
