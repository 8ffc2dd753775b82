import type { Tensor } from '@tensorflow/tfjs-core';
import { evaluateOn } from '../evaluation/inference';
import type { Evaluation } from '../evaluation/metrics';
import type { MultiLabelEvaluation } from '../evaluation/multi-label';
import { checkedSource } from '../features/feature-requirements';
import type { Trainable } from '../model/trainable';
import { variablesOf } from '../model/weight-names';
import { requireNumber } from '../options/requirements';
import { mixed } from '../random/order';
import { batchBounds } from './batches';
import { epochBatches } from './epoch-batches';
import {
  checkPosition,
  checkTraining,
  type EpochReport,
  type FitOptions,
  type TrainingData,
} from './fit-options';
import type { Criterion, Phase } from './phase';
import { partsOf } from './phase-parts';
import {
  bestOf,
  type EpochRecord,
  keepWeights,
  putMemory,
  putWeights,
  startOf,
  type TrainingPosition,
  takeState,
} from './training-state';

/**
 * Trains a classifier on features and yields a report after every epoch. Leaving the loop stops the training. With the
 * option `average`, the classifier holds the averaged weights in the body of the loop and after the end.
 *
 * All options and data are checked before the first step; rows of a `FeatureSource` are checked when they are read.
 *
 * @throws RangeError naming the invalid option, or the row whose label is not a class or whose features are not finite
 *   numbers; also when there are fewer than two training samples or no validation samples.
 * @throws Error when two weights have the same name; when the loss is NaN or infinite (the error names the step); or when
 *   the engine lacks a kernel.
 * @example
 * ```ts
 * const data = { train, validation, classes: 9 };
 * for await (const report of fit(classifier, data, { ...recipes.fast, seed: 1 })) {
 *   const { epoch, trainLoss, validation } = report;
 *   console.log(epoch, trainLoss, validation.macroF1);
 *   if (validation.macroF1 > 0.99) break;
 * }
 * ```
 */
export async function* fit(
  classifier: Trainable,
  data: TrainingData,
  options: FitOptions,
): AsyncGenerator<EpochReport, void, undefined> {
  const { seed = 0, validationViews: views = 1, from, followedBy = [], onStep, signal } = options;
  checkTraining(data, options);
  const { train, validation: held, classes } = data;
  const source = checkedSource('train', train);
  const samples = source.labels.length;
  const phases: readonly Phase[] = [options, ...followedBy];
  const steps = phases.map(phase => phase.epochs * batchBounds(samples, phase.batchSize).length);
  const weights = variablesOf(classifier);
  const position: TrainingPosition = from ? structuredClone(from.position) : startOf(seed);
  checkPosition(position, seed, phases, samples);
  if (from) putWeights(from, weights);
  const best: Map<string, Tensor> = from ? bestOf(from) : new Map();
  let resumed = from;

  try {
    for (; position.phase < phases.length; position.phase++) {
      const phase = phases[position.phase]!;
      const { criterion = 'loss', start = 'best', bestOf: among = 'all' } = phase;
      const isLastPhase = position.phase === phases.length - 1;
      const isFresh = position.phaseEpoch === 0 && position.phaseStep === 0;
      if (isFresh && position.phase > 0 && start === 'best')
        for (const [name, value] of best) weights.get(name)!.assign(value as never);
      if (isFresh && among === 'phase') position.best = null;
      const parts = partsOf(phase, classifier, weights, data, options);
      const { step, optimizer, average, schedule } = parts;
      const memory = { weights, optimizer, average };
      const snapshot = () => takeState(position, { ...memory, best });

      try {
        if (resumed && !isFresh) putMemory(resumed, memory);
        resumed = undefined;

        while (!isOver(position, phase)) {
          for await (const batch of epochBatches(source, classes, phase, position, signal)) {
            const learningRate = rateAt(schedule, position.phaseStep);
            const loss = await step.run(batch, learningRate, mixed(seed, position.step));
            requireLoss(loss, position.step);
            average?.update();
            position.lossSum += loss * batch.labels.length;
            position.batch += 1;
            position.step += 1;
            position.phaseStep += 1;
            const done = sum(steps.slice(0, position.phase)) + position.phaseStep;
            await onStep?.({ done, total: sum(steps), loss, learningRate, snapshot });
          }
          const trainLoss = position.lossSum / samples;
          const learningRate = rateAt(schedule, position.phaseStep - 1);

          average?.use(true);
          const validation = await evaluateOn(classifier, held, classes, { views, signal });
          const isBest = isBetter(validation, criterion, position.best?.value);
          position.batch = 0;
          position.lossSum = 0;
          position.epoch += 1;
          position.phaseEpoch += 1;
          position.epochsWithout = isBest ? 0 : position.epochsWithout + 1;
          if (isBest) {
            position.best = { epoch: position.epoch, value: scoreOf(validation, criterion) };
            if (!isLastPhase) keepWeights(weights, best);
          }
          const facts = { epoch: position.epoch, phase: position.phase, trainLoss, validation };
          const record: EpochRecord = { ...facts, learningRate, best: isBest };
          position.history.push(record);
          yield { ...record, last: isLastPhase && isOver(position, phase), snapshot };
          if (!isOver(position, phase)) average?.use(false);
        }
        average?.use(true);
      } finally {
        parts.dispose();
      }
      Object.assign(position, { phaseEpoch: 0, phaseStep: 0, epochsWithout: 0, averaged: 0 });
      if (!isLastPhase && (phases[position.phase + 1]!.criterion ?? 'loss') !== criterion)
        position.best = null;
    }
  } finally {
    for (const value of best.values()) value.dispose();
  }
}

function isOver({ phaseEpoch, epochsWithout }: TrainingPosition, phase: Phase): boolean {
  const { epochs, patience = 5 } = phase;
  return phaseEpoch >= epochs || epochsWithout >= patience;
}

function isBetter(
  validation: Evaluation,
  criterion: Criterion,
  value: number | undefined,
): boolean {
  if (value === undefined) return true;
  const score = scoreOf(validation, criterion);
  return criterion === 'loss' ? score < value : score > value;
}

function scoreOf(validation: Evaluation, criterion: Criterion): number {
  const score =
    criterion === 'meanAveragePrecision'
      ? (validation as MultiLabelEvaluation).meanAveragePrecision
      : validation[criterion];
  // If no photo has any class, the mean average precision is NaN.
  return Number.isNaN(score) ? 0 : score;
}

function rateAt(schedule: (step: number) => number, step: number): number {
  const learningRate = schedule(step);
  // A schedule function may return a negative rate, as in PyTorch's LambdaLR: the step then increases the loss.
  requireNumber(`schedule(${step})`, learningRate, {});
  return learningRate;
}

function requireLoss(loss: number, step: number): void {
  if (Number.isFinite(loss)) return;
  throw new Error(`The loss is ${loss} at step ${step}. Try a smaller learning rate or clipNorm.`);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
