// For its side effect: tfjs-core by itself has no gradients; this registers them.
import '@tensorflow/tfjs-layers';
import {
  add,
  dispose,
  mul,
  type NamedTensorMap,
  type Scalar,
  scalar,
  type Tensor1D,
  type Tensor2D,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { clipByGlobalNorm } from './clipping';
import { batchWeight, crossEntropy } from './loss';
import type { Optimiser, WeightGroup } from './optimiser';
import { mixed, partBounds } from './order';
import type { Trainable } from './trainable';

/** Samples of one step. */
export interface TrainingBatch {
  /** `[N, ...shape]`. */
  readonly rows: Float32Array;
  /** Of one sample. */
  readonly shape: readonly number[];
  readonly labels: Int32Array;
  /** `[N, K]` instead of the labels, where samples were blended. */
  readonly targets?: Float32Array;
}

export interface TrainingStepOptions {
  readonly classWeights?: Float32Array;
  readonly labelSmoothing?: number;
  readonly focus?: number;
  /** Most length of all gradients together. Default: any. */
  readonly clipNorm?: number;
  /** Parts that a batch is cut into, one after another. Default 1. */
  readonly accumulation?: number;
  /** By variable name. */
  readonly groupOf?: (variable: string) => WeightGroup;
}

/** One step of training: forwards, backwards, and the move of the weights. */
export class TrainingStep {
  readonly #classifier: Trainable;
  readonly #optimiser: Optimiser;
  readonly #options: TrainingStepOptions;
  readonly #classWeights: Tensor1D | undefined;

  constructor(classifier: Trainable, optimiser: Optimiser, options: TrainingStepOptions) {
    this.#classifier = classifier;
    this.#optimiser = optimiser;
    this.#options = options;
    this.#classWeights = options.classWeights && tensor1d(options.classWeights);
  }

  /**
   * @param seed Of dropout.
   * @returns the mean loss of the batch, before the move.
   * @throws Error when the engine lacks a kernel, naming it.
   */
  async run(batch: TrainingBatch, learningRate: number, seed: number): Promise<number> {
    const parts = partBounds(batch.labels.length, this.#options.accumulation ?? 1);
    try {
      return await (parts.length === 1
        ? this.#whole(batch, learningRate, seed)
        : this.#inParts(batch, parts, learningRate, seed));
    } catch (error) {
      throw explained(error);
    }
  }

  async #whole(batch: TrainingBatch, learningRate: number, seed: number): Promise<number> {
    const loss = tidy(() => {
      const { value, grads } = this.#gradients(batch, seed);
      this.#move(grads, learningRate);
      return value;
    });
    return read(loss);
  }

  async #inParts(
    batch: TrainingBatch,
    parts: readonly (readonly [number, number])[],
    learningRate: number,
    seed: number,
  ): Promise<number> {
    let sum: NamedTensorMap = {};
    let loss = 0;
    for (const [index, [start, end]] of parts.entries()) {
      const part = slice(batch, start, end);
      const share = this.#weightOf(part) / this.#weightOf(batch);
      const { value, sums } = tidy(() => {
        const { value, grads } = this.#gradients(part, mixed(seed, index));
        const factor = scalar(share);
        const sums = Object.fromEntries(
          Object.entries(grads).map(([name, gradient]) => {
            const counted = mul(gradient, factor);
            return [name, sum[name] ? add(sum[name], counted) : counted];
          }),
        ) as NamedTensorMap;
        return { value, sums };
      });
      dispose(Object.values(sum));
      sum = sums;
      // Read at once, so that an engine which puts work off computes this part before the next.
      loss += share * (await read(value));
    }
    tidy(() => this.#move(sum, learningRate));
    dispose(Object.values(sum));
    return loss;
  }

  #gradients(batch: TrainingBatch, seed: number): { value: Scalar; grads: NamedTensorMap } {
    const { rows, shape, labels, targets } = batch;
    const { labelSmoothing, focus } = this.#options;
    const features = tensor(rows, [labels.length, ...shape]);
    const truth = targets
      ? tensor2d(targets, [labels.length, targets.length / labels.length])
      : tensor1d(labels, 'int32');
    return variableGrads(() => {
      const mode = { training: true, seed };
      const logits = this.#classifier.apply(features, mode) as Tensor2D;
      const classWeights = this.#classWeights;
      return crossEntropy(truth, logits, { classWeights, labelSmoothing, focus });
    }, this.#weights());
  }

  #move(gradients: NamedTensorMap, learningRate: number): void {
    const { clipNorm, groupOf } = this.#options;
    const clipped = clipNorm === undefined ? gradients : clipByGlobalNorm(gradients, clipNorm);
    this.#optimiser.apply(this.#weights(), clipped, learningRate, groupOf);
  }

  #weights(): Variable[] {
    return this.#classifier.trainableWeights.map(weight => weight.read() as Variable);
  }

  #weightOf({ labels, targets }: TrainingBatch): number {
    const { classWeights, focus } = this.#options;
    return batchWeight(labels, { classWeights, focus, soft: targets !== undefined });
  }

  dispose(): void {
    this.#classWeights?.dispose();
  }
}

function slice(
  { rows, shape, labels, targets }: TrainingBatch,
  start: number,
  end: number,
): TrainingBatch {
  const size = rows.length / labels.length;
  const classes = targets ? targets.length / labels.length : 0;
  return {
    rows: rows.subarray(start * size, end * size),
    shape,
    labels: labels.subarray(start, end),
    ...(targets && { targets: targets.subarray(start * classes, end * classes) }),
  };
}

async function read(loss: Scalar): Promise<number> {
  const value = (await loss.data())[0]!;
  loss.dispose();
  return value;
}

/** An engine's missing kernel, in words that say what to do. */
function explained(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const [, kernel, engine] =
    /Kernel '(\w+)' not registered for backend '(\w+)'/.exec(message) ?? [];
  if (!kernel) return error;
  return new Error(
    `The engine '${engine}' cannot train these layers: it has no kernel '${kernel}'. ` +
      (kernel === 'Conv2DBackpropFilter'
        ? `registerFilterGradient('${engine}') of @shroom/train gives it one. `
        : '') +
      'Or train fewer layers (a head on pooled features needs no convolution), or take an engine that has it, such as @shroom/backend-ort.',
    { cause: error },
  );
}
