import { dispose, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { Evaluation } from '../evaluation/metrics';
import type { Optimizer } from '../optimizers/optimizer';
import type { WeightAverage } from '../optimizers/weight-average';

/** The results of one epoch that are kept in the training state. */
export interface EpochRecord {
  /** Number of the epoch over all phases, from 1. */
  readonly epoch: number;
  /** Index of the phase. */
  readonly phase: number;
  /** Mean training loss over the samples of the epoch, as the optimizer saw it. */
  readonly trainLoss: number;
  readonly validation: Evaluation;
  /** Learning rate at the last step of the epoch. */
  readonly learningRate: number;
  /** Whether the validation result of this epoch is the best so far. */
  readonly best: boolean;
}

/** The position of a training, as plain data. All random numbers follow from the seed and these counts. */
export interface TrainingPosition {
  readonly seed: number;
  phase: number;
  /** Number of completed epochs in total; `phaseEpoch` counts those of the current phase. */
  epoch: number;
  phaseEpoch: number;
  /** Number of completed steps in total; `phaseStep` counts those of the current phase. */
  step: number;
  phaseStep: number;
  /**
   * Number of completed batches of the current epoch; `lossSum` is the sum of their losses, each times its number of
   * samples.
   */
  batch: number;
  lossSum: number;
  best: { readonly epoch: number; readonly value: number } | null;
  epochsWithout: number;
  /** Number of updates of the averaged weights. */
  averaged: number;
  history: EpochRecord[];
}

export interface SavedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The complete state of a training, to continue exactly from there on any engine. */
export interface TrainingState {
  readonly position: Readonly<TrainingPosition>;
  /** The tensors, named `weights/<name>`, `average/<name>`, `optimizer/<slot>/<name>` and `best/<name>`. */
  readonly tensors: ReadonlyMap<string, SavedTensor>;
}

export function startOf(seed: number): TrainingPosition {
  const counts = { phase: 0, epoch: 0, phaseEpoch: 0, step: 0, phaseStep: 0, batch: 0, lossSum: 0 };
  return { seed, ...counts, best: null, epochsWithout: 0, averaged: 0, history: [] };
}

/** The objects that a state is read from and restored into. */
export interface TrainingParts {
  /** Weights by checkpoint name. */
  readonly weights: ReadonlyMap<string, Variable>;
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | undefined;
  /** The weights of the best epoch, if a later phase starts from them. */
  readonly best: ReadonlyMap<string, Tensor>;
}

/** Reads the complete state of a training. */
export async function takeState(
  position: TrainingPosition,
  { weights, optimizer, average, best }: TrainingParts,
): Promise<TrainingState> {
  const sources = new Map<string, Tensor>();
  [...weights].forEach(([name, weight], index) => {
    const aside = average?.aside[index];
    sources.set(`weights/${name}`, average?.inUse ? aside! : weight);
    if (aside) sources.set(`average/${name}`, average.inUse ? weight : aside);
    for (const [slot, value] of Object.entries(optimizer.state.slots.get(weight.name) ?? {}))
      sources.set(`optimizer/${slot}/${name}`, value);
  });
  for (const [name, value] of best) sources.set(`best/${name}`, value);
  const taken = { ...position, averaged: average?.updates ?? 0, history: [...position.history] };
  const tensors = new Map<string, SavedTensor>();
  for (const [name, source] of sources) {
    // A copy, because some engines return their own memory.
    const values = Float32Array.from((await source.data()) as Float32Array);
    tensors.set(name, { shape: source.shape, values });
  }
  return { position: taken, tensors };
}

/**
 * Restores the weights, after checking that the state has all of them.
 *
 * @throws Error when a tensor is missing or has another shape; nothing is changed then.
 */
export function putWeights(
  { position, tensors }: TrainingState,
  weights: ReadonlyMap<string, Variable>,
): void {
  const needed = position.averaged > 0 ? ['weights', 'average'] : ['weights'];
  for (const [name, weight] of weights)
    for (const group of needed) requireShape(tensors, `${group}/${name}`, weight);
  for (const key of tensors.keys()) {
    const name = /^(?:average|best|optimizer\/[^/]+)\/(.+)$/.exec(key)?.[1];
    const weight = name === undefined ? undefined : weights.get(name);
    if (weight) requireShape(tensors, key, weight);
  }
  tidy(() => {
    for (const [name, weight] of weights) weight.assign(restored(tensors.get(`weights/${name}`)!));
  });
}

function requireShape(tensors: TrainingState['tensors'], key: string, { shape }: Variable): void {
  const saved = tensors.get(key);
  if (String(saved?.shape) === String(shape)) return;
  throw new Error(
    `The state's '${key.replace(/^weights\//, '')}' should have shape [${shape}], it has ${saved ? `[${saved.shape}]` : 'no such weight'}. ` +
      'Is it the state of another model?',
  );
}

/** Restores the memory of the optimizer and of the average. */
export function putMemory(
  { position, tensors }: TrainingState,
  { weights, optimizer, average }: Omit<TrainingParts, 'best'>,
): void {
  tidy(() => {
    const slots = new Map<string, Record<string, Tensor>>();
    for (const [key, saved] of tensors) {
      const [, slot, name] = /^optimizer\/([^/]+)\/(.+)$/.exec(key) ?? [];
      const weight = name === undefined ? undefined : weights.get(name);
      if (!weight) continue;
      slots.set(weight.name, { ...slots.get(weight.name), [slot!]: restored(saved) });
    }
    optimizer.restore({ step: position.phaseStep, slots });
    if (!average) return;
    for (const [name, weight] of weights) requireShape(tensors, `average/${name}`, weight);
    const averages = [...weights.keys()].map(name => restored(tensors.get(`average/${name}`)!));
    average.restore(position.averaged, averages);
  });
}

/** The weights of the best epoch; the caller disposes them. */
export function bestOf({ tensors }: TrainingState): Map<string, Tensor> {
  const best = new Map<string, Tensor>();
  for (const [key, saved] of tensors)
    if (key.startsWith('best/')) best.set(key.slice('best/'.length), restored(saved));
  return best;
}

const restored = ({ values, shape }: SavedTensor): Tensor => tensor(values, [...shape]);

/** Replaces saved copies of weights by copies of their current values. */
export function keepWeights(
  weights: ReadonlyMap<string, Variable>,
  kept: Map<string, Tensor>,
): void {
  dispose([...kept.values()]);
  for (const [name, weight] of weights) kept.set(name, weight.clone());
}
