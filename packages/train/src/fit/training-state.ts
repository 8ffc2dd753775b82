import { dispose, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { Evaluation } from '../evaluation/metrics';
import type { Optimizer } from '../optimizers/optimizer';
import type { WeightAverage } from '../optimizers/weight-average';

/** What is kept of an epoch. */
export interface EpochRecord {
  /** From 1, over all phases. */
  readonly epoch: number;
  /** Index of the phase. */
  readonly phase: number;
  /** Mean over the epoch's samples, as the optimizer saw it. */
  readonly trainLoss: number;
  readonly validation: Evaluation;
  /** At the epoch's last step. */
  readonly learningRate: number;
  /** Whether the validation is the best so far. */
  readonly best: boolean;
}

/** How far a training is, as plain data. All that is random follows from the seed and these counts. */
export interface TrainingPosition {
  readonly seed: number;
  phase: number;
  /** Epochs done, in all and in this phase. */
  epoch: number;
  phaseEpoch: number;
  /** Steps done, in all and in this phase. */
  step: number;
  phaseStep: number;
  /** Batches done of the epoch that has begun, and the sum of their losses, each times its samples. */
  batch: number;
  lossSum: number;
  best: { readonly epoch: number; readonly value: number } | null;
  epochsWithout: number;
  /** Updates of the weights' average. */
  averaged: number;
  history: EpochRecord[];
}

export interface SavedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** All that is needed to go on exactly where a training was, on any engine. */
export interface TrainingState {
  readonly position: Readonly<TrainingPosition>;
  /** `weights/<name>`, `average/<name>`, `optimizer/<slot>/<name>`, `best/<name>`. */
  readonly tensors: ReadonlyMap<string, SavedTensor>;
}

export function startOf(seed: number): TrainingPosition {
  const counts = { phase: 0, epoch: 0, phaseEpoch: 0, step: 0, phaseStep: 0, batch: 0, lossSum: 0 };
  return { seed, ...counts, best: null, epochsWithout: 0, averaged: 0, history: [] };
}

/** What a state is taken from and put back into. */
export interface TrainingParts {
  /** By name in checkpoints. */
  readonly weights: ReadonlyMap<string, Variable>;
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | undefined;
  /** The best epoch's weights, where a later phase goes on from them. */
  readonly best: ReadonlyMap<string, Tensor>;
}

/** Reads everything that a training is made of. */
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
    // A copy: some engines hand out their own memory.
    const values = Float32Array.from((await source.data()) as Float32Array);
    tensors.set(name, { shape: source.shape, values });
  }
  return { position: taken, tensors };
}

/**
 * Puts weights back, after everything that belongs to them in the state has been checked.
 *
 * @throws Error when anything is missing or of another shape; nothing is changed then.
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
      'Is it of another model?',
  );
}

/** Puts back what the optimizer and the average remember. */
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

/** The best epoch's weights; the caller disposes them. */
export function bestOf({ tensors }: TrainingState): Map<string, Tensor> {
  const best = new Map<string, Tensor>();
  for (const [key, saved] of tensors)
    if (key.startsWith('best/')) best.set(key.slice('best/'.length), restored(saved));
  return best;
}

const restored = ({ values, shape }: SavedTensor): Tensor => tensor(values, [...shape]);

/** Replaces kept copies of weights by copies of what they are now. */
export function keepWeights(
  weights: ReadonlyMap<string, Variable>,
  kept: Map<string, Tensor>,
): void {
  dispose([...kept.values()]);
  for (const [name, weight] of weights) kept.set(name, weight.clone());
}
