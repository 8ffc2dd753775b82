// For its side effect: tfjs-core by itself has no gradients; this registers them.
import '@tensorflow/tfjs-layers';
import {
  dispose,
  type Scalar,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { Adam } from './adam';
import { type FeatureSet, gather } from './feature-set';
import { crossEntropy } from './loss';
import { type Evaluation, evaluate, probabilities } from './metrics';
import { mixed, permutation } from './order';
import { cosineAnnealing, type Schedule } from './schedule';

/** What can be trained: any `tf.LayersModel` from features to logits is. */
export interface Trainable {
  apply(features: Tensor2D, mode: { readonly training: boolean; readonly seed?: number }): unknown;
  readonly trainableWeights: readonly { read(): unknown }[];
}

export interface TrainingData {
  readonly train: FeatureSet;
  /** Its plain views decide when to stop and which epoch was best. */
  readonly validation: FeatureSet;
  readonly classes: number;
}

export interface FitOptions {
  /** Passes over the training set, at most. */
  readonly epochs: number;
  /** Samples per step. Default 32. */
  readonly batchSize?: number;
  /** Learning rate by step. Default cosine annealing from 1e-3 with a period of 10 steps, as the original's. */
  readonly schedule?: Schedule;
  /** L2 penalty, in Adam's gradient. Default 1e-5. */
  readonly weightDecay?: number;
  /** One weight per class. Default: all 1. */
  readonly classWeights?: Float32Array;
  /** Probability moved off the true class, 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
  /** Epochs without a lower validation loss after which to stop. Default 5. */
  readonly patience?: number;
  /** Of the order of samples, the views and dropout. Default 0. */
  readonly seed?: number;
  /** Called after every step. */
  readonly onStep?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's steps, as the optimiser saw it. */
  readonly trainLoss: number;
  readonly validation: Evaluation;
  /** At the epoch's last step. */
  readonly learningRate: number;
  /** Whether the validation loss is the lowest so far. */
  readonly best: boolean;
  /** The last report of this fit: all epochs done, or patience at its end. */
  readonly last: boolean;
  /** For a checkpoint; valid until the loop goes on. */
  readonly optimiser: Adam;
}

/**
 * Trains a classifier head on cached features and reports after every epoch; leaving the loop stops the training.
 *
 * @throws RangeError when there are fewer than two training samples or no validation samples.
 * @throws Error when the loss is no longer a number, naming the step.
 */
export async function* fit(
  classifier: Trainable,
  data: TrainingData,
  options: FitOptions,
): AsyncGenerator<EpochReport, void, undefined> {
  const {
    epochs,
    batchSize = 32,
    schedule = cosineAnnealing(1e-3, 10),
    weightDecay = 1e-5,
  } = options;
  const { patience = 5, labelSmoothing = 0, seed = 0, onStep, signal } = options;
  const { train, validation, classes } = data;
  const batches = batchBounds(train.labels.length, batchSize);
  if (batches.length === 0 || validation.labels.length === 0) {
    throw new RangeError(
      `Training needs 2 samples and validation 1; there are ${train.labels.length} and ${validation.labels.length}.`,
    );
  }

  const classWeights = options.classWeights && tensor1d(options.classWeights);
  const optimiser = new Adam({ weightDecay });
  let lowest = Number.POSITIVE_INFINITY;
  let epochsWithout = 0;
  let step = 0;
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = permutation(train.labels.length, mixed(seed, epoch));
      let trainLoss = 0;
      for (const [start, end] of batches) {
        signal?.throwIfAborted();
        const indices = order.subarray(start, end);
        const rows = gather(train, indices, photo => mixed(seed, epoch, photo) % train.views);
        const loss = trainingStep(rows, indices, mixed(seed, step));
        const value = (await loss.data())[0]!;
        loss.dispose();
        if (!Number.isFinite(value)) {
          throw new Error(
            `The loss is ${value} at step ${step}. Try a smaller learning rate, and look for features that are not numbers.`,
          );
        }
        trainLoss += (value * (end - start)) / batches.at(-1)![1];
        step += 1;
        onStep?.({ done: step, total: epochs * batches.length });
      }
      const report = await evaluateOn(classifier, validation, classes);
      const best = report.loss < lowest;
      lowest = Math.min(lowest, report.loss);
      epochsWithout = best ? 0 : epochsWithout + 1;
      const last = epoch === epochs || epochsWithout >= patience;
      yield {
        epoch,
        trainLoss,
        validation: report,
        learningRate: schedule(step - 1),
        best,
        last,
        optimiser,
      };
      if (last) return;
    }
  } finally {
    optimiser.dispose();
    classWeights?.dispose();
  }

  function trainingStep(rows: Float32Array, indices: Int32Array, dropoutSeed: number): Scalar {
    return tidy(() => {
      const features = tensor2d(rows, [indices.length, train.channels]);
      const labels = tensor1d(
        Array.from(indices, index => train.labels[index]!),
        'int32',
      );
      const weights = classifier.trainableWeights.map(weight => weight.read() as Variable);
      const { value, grads } = variableGrads(() => {
        const logits = classifier.apply(features, {
          training: true,
          seed: dropoutSeed,
        }) as Tensor2D;
        return crossEntropy(labels, logits, { classWeights, labelSmoothing });
      }, weights);
      optimiser.apply(weights, grads, schedule(step));
      return value;
    });
  }
}

/** Evaluates the plain views of a set. */
export async function evaluateOn(
  classifier: Trainable,
  set: FeatureSet,
  classes: number,
): Promise<Evaluation> {
  return evaluate(set.labels, probabilities(await logitsOf(classifier, set), classes), classes);
}

/** Logits of the plain views, `[photos, classes]`. */
export async function logitsOf(classifier: Trainable, set: FeatureSet): Promise<Float32Array> {
  const photos = Int32Array.from(set.labels, (_, index) => index);
  const features = tensor2d(
    gather(set, photos, () => 0),
    [photos.length, set.channels],
  );
  const logits = tidy(() => classifier.apply(features, { training: false }) as Tensor2D);
  const values = (await logits.data()) as Float32Array;
  dispose([features, logits]);
  return values;
}

/** Start and end of each batch; a last batch of one joins the one before, as batch norm cannot train on one sample. */
function batchBounds(count: number, batchSize: number): [number, number][] {
  const bounds: [number, number][] = [];
  for (let start = 0; start < count; start += batchSize)
    bounds.push([start, Math.min(count, start + batchSize)]);
  const last = bounds.at(-1);
  if (last && last[1] - last[0] === 1) {
    bounds.pop();
    const before = bounds.at(-1);
    if (before) before[1] = count;
  }
  return bounds;
}
