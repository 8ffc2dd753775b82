import type { Variable } from '@tensorflow/tfjs-core';
import type { Trainable } from '../model/trainable';
import type { Optimizer, WeightGroup } from '../optimizers/optimizer';
import type { Schedule } from '../optimizers/schedule';
import { WeightAverage } from '../optimizers/weight-average';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireKind, requireNumber } from '../options/requirements';
import { batchBounds } from './batches';
import type { FitOptions, TrainingData } from './fit-options';
import { classWeightsOf, groupOf, optimizerOf, type Phase, plannedSchedule } from './phase';
import { TrainingStep } from './training-step';

/** Optimizer, schedule and other objects of one phase. They are made at its start and disposed after it. */
export interface PhaseParts {
  readonly step: TrainingStep;
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | undefined;
  readonly schedule: Schedule;
  dispose(): void;
}

/** @param weights Weights of the classifier by checkpoint name. */
export function partsOf(
  phase: Phase,
  classifier: Trainable,
  weights: ReadonlyMap<string, Variable>,
  { train, classes }: TrainingData,
  options: FitOptions,
): PhaseParts {
  const { labelSmoothing, focus, clipNorm, accumulation, batchSize } = phase;
  const groups = groupsOf(phase, weights, options);
  const classWeights = classWeightsOf(phase, train, classes);
  const schedule = plannedSchedule(phase, batchBounds(train.labels.length, batchSize).length);
  const optimizer = optimizerOf(phase);
  const average =
    phase.average === undefined
      ? undefined
      : new WeightAverage([...weights.values()], phase.average);
  const step = new TrainingStep(classifier, optimizer, {
    ...{ classWeights, labelSmoothing, focus, clipNorm, accumulation, classes },
    loss: train.targets ? 'binaryCrossEntropy' : 'crossEntropy',
    groupOf: variable => groups.get(variable) ?? {},
  });
  const dispose = () => {
    step.dispose();
    optimizer.dispose();
    average?.dispose();
  };
  return { step, optimizer, average, schedule, dispose };
}

const groupOptions: NamesOf<WeightGroup> = { learningRateFactor: true, weightDecay: true };

/** The optimizer group of each weight by variable name. */
function groupsOf(
  phase: Phase,
  weights: ReadonlyMap<string, Variable>,
  { groups, depthOf = () => 0 }: FitOptions,
): Map<string, WeightGroup> {
  const entries = [...weights].map(([name, weight]): [string, WeightGroup] => {
    const group = groups ? groups(name) : groupOf(phase, depthOf(name), weight.rank);
    requireKind(`groups('${name}')`, group ?? null, 'an object');
    requireKnown(`groups('${name}').`, group, groupOptions);
    const { learningRateFactor = 1, weightDecay = 0 } = group;
    const asked = groups ? `groups('${name}')` : `depthOf('${name}')`;
    requireNumber(`The learningRateFactor by ${asked}`, learningRateFactor, { least: 0 });
    requireNumber(`The weightDecay by ${asked}`, weightDecay, { least: 0 });
    return [weight.name, group];
  });
  return new Map(entries);
}
