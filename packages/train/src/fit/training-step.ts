// Imported for its side effect: it registers the gradients, which tfjs-core alone does not have.
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
import type { Trainable } from '../model/trainable';
import { clipByGlobalNorm } from '../optimizers/clipping';
import type { Optimizer, WeightGroup } from '../optimizers/optimizer';
import { requireInteger, requireNumber, requireOneOf } from '../options/requirements';
import { mixed } from '../random/order';
import { partBounds } from './batches';
import { requireNoFocus, summedBinaryCrossEntropy } from './binary-cross-entropy';
import { batchWeight, summedCrossEntropy } from './loss';

/** The samples of one training step. */
export interface TrainingBatch {
  /** Features, `[N, ...shape]`. */
  readonly rows: Float32Array;
  /** Shape of one sample. */
  readonly shape: readonly number[];
  readonly labels: Int32Array;
  /** Replaces the labels when samples are blended or may have several classes, `[N, K]`. */
  readonly targets?: Float32Array;
}

export interface TrainingStepOptions {
  /**
   * Loss function. `binaryCrossEntropy` is for samples that may have several classes; their batches need `targets`. Default
   * `crossEntropy`.
   */
  readonly loss?: 'crossEntropy' | 'binaryCrossEntropy';
  /** Weight of each class; with `binaryCrossEntropy`, the weight of the samples that have the class. */
  readonly classWeights?: Float32Array;
  readonly labelSmoothing?: number;
  readonly focus?: number;
  /** Maximum norm of all gradients together. Default: no limit. */
  readonly clipNorm?: number;
  /** Number of parts into which a batch is cut; the parts are computed one after another. Default 1. */
  readonly accumulation?: number;
  /** Expected number of logits. Default: any number. */
  readonly classes?: number;
  /** Returns the optimizer group of a variable, given by name. */
  readonly groupOf?: (variable: string) => WeightGroup;
}

/**
 * One training step: forward pass, backward pass, and update of the weights.
 *
 * @example
 * ```ts
 * const optimizer = new AdamW({ weightDecay: 1e-2 });
 * const step = new TrainingStep(classifier, optimizer, { clipNorm: 1 });
 * const batch = { rows: train.values, shape: [train.channels], labels: train.labels };
 * for (let index = 0; index < 100; index++) console.log(await step.run(batch, 1e-3, index));
 * step.dispose();
 * optimizer.dispose();
 * ```
 */
export class TrainingStep {
  readonly #classifier: Trainable;
  readonly #optimizer: Optimizer;
  readonly #options: TrainingStepOptions;
  readonly #classWeights: Tensor1D | undefined;

  constructor(classifier: Trainable, optimizer: Optimizer, options: TrainingStepOptions) {
    const { accumulation = 1, clipNorm, classes, loss = 'crossEntropy', focus = 0 } = options;
    requireOneOf('loss', loss, ['crossEntropy', 'binaryCrossEntropy']);
    if (loss === 'binaryCrossEntropy') requireNoFocus('focus', focus);
    requireInteger('accumulation', accumulation, { least: 1 });
    if (clipNorm !== undefined) requireNumber('clipNorm', clipNorm, { above: 0 });
    if (classes !== undefined) requireInteger('classes', classes, { least: 1 });
    this.#classifier = classifier;
    this.#optimizer = optimizer;
    this.#options = options;
    this.#classWeights = options.classWeights && tensor1d(options.classWeights);
  }

  /**
   * @param seed Seed of dropout.
   * @returns the mean loss of the batch before the update; 0 if all samples belong to classes with weight 0.
   * @throws RangeError when the classifier does not give `[N, classes]` logits.
   * @throws Error when the engine lacks a kernel, naming it.
   */
  async run(batch: TrainingBatch, learningRate: number, seed: number): Promise<number> {
    if (this.#options.loss === 'binaryCrossEntropy' && !batch.targets)
      throw new RangeError('binaryCrossEntropy needs targets of the shape [N, classes].');
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
      const { value, grads } = this.#gradients(batch, this.#shareOf(batch), seed);
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
    const share = this.#shareOf(batch);
    for (const [index, [start, end]] of parts.entries()) {
      const { value, sums } = tidy(() => {
        const part = slice(batch, start, end);
        const { value, grads } = this.#gradients(part, share, mixed(seed, index));
        const sums = Object.fromEntries(
          Object.entries(grads).map(([name, gradient]) => [
            name,
            sum[name] ? add(sum[name], gradient) : gradient,
          ]),
        ) as NamedTensorMap;
        return { value, sums };
      });
      dispose(Object.values(sum));
      sum = sums;
      // Reads the gradients immediately, so that an engine with deferred execution computes this part before the next one.
      loss += await read(value);
    }
    tidy(() => this.#move(sum, learningRate));
    dispose(Object.values(sum));
    return loss;
  }

  /**
   * Gradients of a batch or of one part of it.
   *
   * @param share Weight of one sample of weight 1 in the mean over the whole batch.
   */
  #gradients(
    { rows, shape, labels, targets }: TrainingBatch,
    share: number,
    seed: number,
  ): { value: Scalar; grads: NamedTensorMap } {
    const { labelSmoothing, focus, classes, loss } = this.#options;
    const features = tensor(rows, [labels.length, ...shape]);
    const isBinary = loss === 'binaryCrossEntropy';
    const truth = targets
      ? tensor2d(targets, [labels.length, targets.length / labels.length])
      : tensor1d(labels, 'int32');
    // A tensor, because its value changes at every step: an engine that compiles the step compiles it only once.
    const factor = scalar(share);
    return variableGrads(() => {
      const mode = { training: true, seed };
      const logits = this.#classifier.apply(features, mode) as Tensor2D;
      const expected = [labels.length, classes ?? logits.shape[1]];
      if (String(logits.shape) !== String(expected))
        throw new RangeError(
          `The classifier gives logits [${logits.shape}]; ${labels.length} samples of ` +
            `${classes ?? 'any number of'} classes need the shape [${expected}].`,
        );
      const classWeights = this.#classWeights;
      const total = isBinary
        ? summedBinaryCrossEntropy(truth as Tensor2D, logits, {
            ...{ positiveWeights: classWeights, labelSmoothing },
          })
        : summedCrossEntropy(truth, logits, { classWeights, labelSmoothing, focus });
      return mul(total, factor) as Scalar;
    }, this.#weights());
  }

  #move(gradients: NamedTensorMap, learningRate: number): void {
    const { clipNorm, groupOf } = this.#options;
    const clipped = clipNorm === undefined ? gradients : clipByGlobalNorm(gradients, clipNorm);
    this.#optimizer.apply(this.#weights(), clipped, learningRate, groupOf);
  }

  /** The trained variables, each once, even if several layers share it. */
  #weights(): Variable[] {
    const weights = this.#classifier.trainableWeights.map(weight => weight.read() as Variable);
    return [...new Set(weights)];
  }

  /** Weight of one sample of weight 1 in the mean over a batch. */
  #shareOf({ labels, targets }: TrainingBatch): number {
    const { classWeights, focus, loss } = this.#options;
    if (loss === 'binaryCrossEntropy') return 1 / targets!.length;
    const total = batchWeight(labels, { classWeights, focus, soft: targets !== undefined });
    return total === 0 ? 0 : 1 / total;
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

/** Turns the error for a missing kernel of an engine into a message that says what to do. */
function explained(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const [, kernel, engine] =
    /Kernel '(\w+)' not registered for backend '(\w+)'/.exec(message) ?? [];
  if (!kernel) return error;
  return new Error(
    `The engine '${engine}' cannot train these layers: it has no kernel '${kernel}'. ` +
      (kernel === 'Conv2DBackpropFilter'
        ? `Call registerFilterGradient('${engine}') of @shroom/train to add it. `
        : '') +
      'Or train fewer layers, or use an engine that has the kernel, such as @shroom/backend-ort.',
    { cause: error },
  );
}
