import {
  add,
  div,
  eye,
  matMul,
  mul,
  reshape,
  serialization,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { featureRows } from './feature-rows';
import { onlyRows } from './only-rows';

/** Arguments of `CovariancePooling`, as they are saved. */
export interface CovariancePoolingArgs {
  /** Number of directions of feature space that are kept; at most the number of channels. */
  readonly components: number;
  /** Number of Newton-Schulz steps towards the square root. Default 5, as in the paper. */
  readonly iterations?: number;
  /** Number of tokens before the patches, which are left out. Only for tokens. Default 0. */
  readonly prefix?: number;
  readonly name?: string;
}

/**
 * Second-order pooling: measures which features occur together. It maps feature maps `[N, h, w, C]`, or
 * tokens `[N, T, C]` of a vision transformer, to `[N, components * components]`.
 *
 * At each position, the features `log(1 + x)` (of tokens, which may be negative: `x`) minus a center are projected on a few directions. Their second moments over all positions
 * form a matrix. Its square root, computed by iteration, keeps the strongest directions from dominating the others. The numbers of each
 * photo are scaled to a mean square of 1. The layer learns nothing: center and directions are weights that are set (see
 * `principalDirections`) and stay fixed. `poolCovariances` does all of this.
 *
 * @see Li et al. 2018, "Towards Faster Training of Global Covariance Pooling Networks by Iterative Matrix Square Root
 * Normalization". https://arxiv.org/abs/1712.01034
 * @example
 * ```ts
 * import { randomUniform, tensor1d, tensor2d, type Tensor4D } from '@tensorflow/tfjs-core';
 *
 * const maps = randomUniform([8, 7, 7, 64]) as Tensor4D; // of a backbone
 * const { center, directions } = await principalDirections(maps, 16);
 * const pooling = new CovariancePooling({ components: 16 });
 * pooling.build(maps.shape);
 * pooling.setWeights([tensor1d(center), tensor2d(directions, [64, 16])]);
 * const pooled = pooling.apply(maps); // [8, 256]
 * ```
 */
export class CovariancePooling extends layers.Layer {
  static readonly className = 'CovariancePooling';
  readonly #components: number;
  readonly #iterations: number;
  readonly #prefix: number;
  #center!: LayerVariable;
  #directions!: LayerVariable;

  constructor(args: CovariancePoolingArgs) {
    super({ ...args, trainable: false });
    const { components, iterations = 5, prefix = 0 } = args;
    this.#components = components;
    this.#iterations = iterations;
    this.#prefix = prefix;
  }

  /** @throws RangeError when there are fewer channels than components. */
  override build(inputShape: number[]): void {
    const channels = inputShape[inputShape.length - 1]!;
    if (channels < this.#components) {
      throw new RangeError(
        `${this.name}: ${this.#components} components need at least as many channels; there are ${channels}.`,
      );
    }
    const zeros = initializers.zeros();
    const fixed = (name: string, shape: number[]) =>
      this.addWeight(name, shape, 'float32', zeros, undefined, false);
    this.#center = fixed('center', [channels]);
    this.#directions = fixed('directions', [channels, this.#components]);
    this.built = true;
  }

  override computeOutputShape(inputShape: number[]): [number | null, number] {
    return [inputShape[0] ?? null, this.#components ** 2];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [rows, count] = featureRows(Array.isArray(inputs) ? inputs[0]! : inputs, this.#prefix);
      const size = this.#components;
      const seen = matMul(sub(rows, this.#center.read()), this.#directions.read() as Tensor2D);
      const places = reshape(onlyRows(seen), [count, -1, size]) as Tensor3D;
      const moments = matMul(places, places, true) as Tensor3D;
      const root = squareRoot(moments, this.#iterations);
      return mul(reshape(root, [count, size * size]), size);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return {
      ...super.getConfig(),
      components: this.#components,
      iterations: this.#iterations,
      ...(this.#prefix > 0 && { prefix: this.#prefix }),
    };
  }
}

/** Computes square roots of `[N, n, n]` positive matrices, each divided by its trace. The root of a zero matrix is 0. */
function squareRoot(matrices: Tensor3D, iterations: number): Tensor3D {
  const identity = eye(matrices.shape[1]!);
  const traces = sum(mul(matrices, identity), [1, 2], true);
  let root: Tensor = div(matrices, add(traces, 1e-12));
  let inverse: Tensor = add(mul(root, 0), identity);
  for (let step = 0; step < iterations; step++) {
    const factor = sub(mul(identity, 1.5), mul(matMul(inverse, root), 0.5));
    root = matMul(root, factor);
    if (step < iterations - 1) inverse = matMul(factor, inverse);
  }
  return root as Tensor3D;
}

/**
 * Makes the layer known to `tf.loadLayersModel`. `poolCovariances` does this too.
 *
 * @example
 * ```ts
 * import { loadLayersModel } from '@tensorflow/tfjs-layers';
 *
 * registerCovariancePooling(); // else: Unknown layer: CovariancePooling
 * const model = await loadLayersModel('https://example.org/classifier/model.json');
 * ```
 */
export function registerCovariancePooling(): void {
  const known = serialization.SerializationMap.getMap().classNameMap;
  if (!(CovariancePooling.className in known)) serialization.registerClass(CovariancePooling);
}
