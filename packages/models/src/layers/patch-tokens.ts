import {
  add,
  concat,
  matMul,
  reshape,
  slice,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  tidy,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, type LayerConfig, only, register } from './register';
import { resamplingMatrix } from './resampling';

export interface PatchTokensConfig extends LayerConfig {
  /** Whether a learned class token comes before all others. */
  readonly classToken: boolean;
  /** Number of learned register tokens between the class token and the patches. */
  readonly registers: number;
  /** Height and width of the grid of patches that positions were learned for; 0 for none, as with rotary positions. */
  readonly grid: number;
  /** Whether the class token has a learned position too. */
  readonly classPosition: boolean;
}

/**
 * Turns embedded patches `[N, h, w, C]` into tokens `[N, T, C]`: the class token, the registers, and the patches row by row. Learned
 * positions are added; for a grid of another size they are resampled with cubic convolution and antialiasing, as timm does.
 *
 * @see Dosovitskiy et al. 2021, section 3.1. https://arxiv.org/abs/2010.11929
 * @see Darcet et al. 2024, on registers. https://arxiv.org/abs/2309.16588
 */
export class PatchTokens extends layers.Layer {
  static readonly className = 'ShroomPatchTokens';
  readonly config: Omit<PatchTokensConfig, keyof LayerConfig>;
  #classToken: LayerVariable | undefined;
  #registers: LayerVariable | undefined;
  #positions: LayerVariable | undefined;
  /** Whether only square grids have known places: rotary positions without a fixed size. */
  #isSquare = false;

  constructor(config: PatchTokensConfig) {
    super(config);
    const { classToken, registers, grid, classPosition } = config;
    this.config = { classToken, registers, grid, classPosition };
  }

  override build(inputShape: number[]): void {
    const channels = inputShape[3]!;
    const { classToken, registers, grid, classPosition } = this.config;
    this.#isSquare = grid === 0 && !(inputShape[1] && inputShape[2]);
    const zeros = initializers.zeros();
    const weight = (name: string, count: number) =>
      this.addWeight(name, [count, channels], 'float32', zeros);
    if (classToken) this.#classToken = weight('class_token', 1);
    if (registers > 0) this.#registers = weight('registers', registers);
    if (grid > 0) this.#positions = weight('positions', grid * grid + (classPosition ? 1 : 0));
    this.built = true;
  }

  override computeOutputShape([count, height, width, channels]: (number | null)[]) {
    const patches = height == null || width == null ? null : height * width + this.prefix;
    return [count!, patches, channels!];
  }

  /** Number of tokens before the patches. */
  get prefix(): number {
    return (this.config.classToken ? 1 : 0) + this.config.registers;
  }

  /** @throws Error when the positions are rotary, images of any size are allowed, and this one is not square. */
  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const maps = only(inputs) as Tensor4D;
      const [count, height, width, channels] = maps.shape;
      const { grid, classPosition } = this.config;
      if (this.#isSquare && height !== width)
        throw new Error(`${this.name}: the images are not square. Build it with their inputSize.`);
      let patches = reshape(maps, [count, height * width, channels]);
      let first = this.#classToken?.read();
      if (this.#positions) {
        const all = this.#positions.read();
        const own = slice(all, [classPosition ? 1 : 0, 0], [grid * grid, channels]);
        if (first && classPosition) first = add(first, slice(all, [0, 0], [1, channels]));
        patches = add(patches, resampled(own, grid, height, width));
      }
      const before = [first, this.#registers?.read()]
        .filter(tokens => tokens !== undefined)
        .map(tokens => tile(reshape(tokens, [1, ...tokens.shape]), [count, 1, 1]));
      return before.length > 0 ? concat([...before, patches] as Tensor3D[], 1) : patches;
    });
  }

  override getConfig() {
    return { ...super.getConfig(), ...this.config };
  }
}

/** Positions `[grid * grid, C]` on another grid: `[height * width, C]`. */
function resampled(positions: Tensor, grid: number, height: number, width: number): Tensor {
  if (height === grid && width === grid) return positions;
  const channels = positions.shape[1]!;
  const matrix = (length: number) => tensor2d(resamplingMatrix(length, grid), [length, grid]);
  const rows = matMul(matrix(height), reshape(positions, [grid, grid * channels]));
  const turned = transpose(reshape(rows, [height, grid, channels]), [1, 0, 2]);
  const both = matMul(matrix(width), reshape(turned, [grid, height * channels]));
  const placed = transpose(reshape(both, [width, height, channels]), [1, 0, 2]);
  return reshape(placed, [height * width, channels]);
}

register(PatchTokens);
