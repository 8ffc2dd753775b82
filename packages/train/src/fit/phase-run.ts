import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { checkedSource } from '../features/feature-requirements';
import type { FeatureSource } from '../features/feature-set';
import type { Trainable } from '../model/trainable';
import { variablesOf } from '../model/weight-names';
import type { Optimizer, WeightGroup } from '../optimizers/optimizer';
import type { Schedule } from '../optimizers/schedule';
import { WeightAverage } from '../optimizers/weight-average';
import { type NamesOf, requireKnown } from '../options/option-names';
import { requireKind, requireNumber } from '../options/requirements';
import { balancedOrder, mixed, permutation } from '../random/order';
import { batchBounds } from './batches';
import type { FitOptions, TrainingData } from './fit';
import { mix } from './mixing';
import { classWeightsOf, groupOf, optimizerOf, type Phase, plannedSchedule } from './phase';
import { putMemory, type TrainingPosition, type TrainingState, takeState } from './training-state';
import { type TrainingBatch, TrainingStep } from './training-step';

export interface StepReport {
  /** Steps done, as if every phase had lasted as long as it may. */
  readonly done: number;
  readonly total: number;
  readonly loss: number;
  readonly learningRate: number;
  /** All that is needed to go on from here; to be called before the step's callback ends. */
  snapshot(): Promise<TrainingState>;
}

const groupOptions: NamesOf<WeightGroup> = { learningRateFactor: true, weightDecay: true };

/** One phase of a training under way: everything that is made for it and freed after it. */
export class PhaseRun {
  readonly #data: TrainingData;
  readonly #options: FitOptions;
  readonly #phase: Phase;
  readonly #position: TrainingPosition;
  readonly #source: FeatureSource;
  readonly #bounds: readonly (readonly [number, number])[];
  readonly #weights: ReadonlyMap<string, Variable>;
  readonly #best: ReadonlyMap<string, Tensor>;
  readonly #optimizer: Optimizer;
  readonly #average: WeightAverage | undefined;
  readonly #step: TrainingStep;
  readonly #schedule: Schedule;
  /** Steps of all phases, and of those before this one. */
  readonly #total: number;
  readonly #before: number;

  constructor(
    classifier: Trainable,
    data: TrainingData,
    options: FitOptions,
    phases: readonly Phase[],
    position: TrainingPosition,
    best: ReadonlyMap<string, Tensor>,
  ) {
    const phase = phases[position.phase]!;
    const { labels } = data.train;
    const stepsOf = ({ epochs, batchSize = 32 }: Phase) =>
      epochs * batchBounds(labels.length, batchSize).length;
    this.#data = data;
    this.#options = options;
    this.#phase = phase;
    this.#position = position;
    this.#best = best;
    this.#source = checkedSource('train', data.train);
    this.#bounds = batchBounds(labels.length, phase.batchSize ?? 32);
    this.#total = phases.reduce((sum, each) => sum + stepsOf(each), 0);
    this.#before = phases.slice(0, position.phase).reduce((sum, each) => sum + stepsOf(each), 0);
    this.#schedule = plannedSchedule(phase, this.#bounds.length);
    this.#weights = variablesOf(classifier);
    this.#optimizer = optimizerOf(phase);
    if (phase.average !== undefined)
      this.#average = new WeightAverage([...this.#weights.values()], phase.average);
    const { labelSmoothing, focus, clipNorm, accumulation } = phase;
    const groups = this.#groups();
    this.#step = new TrainingStep(classifier, this.#optimizer, {
      classWeights: classWeightsOf(phase, labels, data.classes),
      labelSmoothing,
      focus,
      clipNorm,
      accumulation,
      classes: data.classes,
      groupOf: variable => groups.get(variable) ?? {},
    });
  }

  /** Goes on where the state was taken. */
  restore(state: TrainingState): void {
    const [weights, optimizer, average] = [this.#weights, this.#optimizer, this.#average];
    putMemory(state, { weights, optimizer, average });
  }

  /** Trains what is left of the epoch that has begun, or a whole one. */
  async epoch(): Promise<{ readonly trainLoss: number; readonly learningRate: number }> {
    const position = this.#position;
    const { onStep, signal } = this.#options;
    const order = this.#order();
    const load = (batch: number) => {
      const [start, end] = this.#bounds[batch]!;
      const loaded = this.#load(order.subarray(start, end), position.step + batch - position.batch);
      // Awaited when its turn comes; until then a failure must not count as unhandled.
      loaded.catch(() => {});
      return loaded;
    };
    // None where a training goes on from the last step of an epoch.
    let next = position.batch < this.#bounds.length ? load(position.batch) : undefined;
    while (position.batch < this.#bounds.length) {
      signal?.throwIfAborted();
      const batch = (await next)!;
      // Fetched while this one is trained on.
      if (position.batch + 1 < this.#bounds.length) next = load(position.batch + 1);
      const learningRate = this.#learningRate(position.phaseStep);
      const loss = await this.#step.run(batch, learningRate, mixed(position.seed, position.step));
      if (!Number.isFinite(loss)) {
        throw new Error(
          `The loss is ${loss} at step ${position.step}. Try a smaller learning rate, or clipNorm.`,
        );
      }
      this.#average?.update();
      position.lossSum += loss * batch.labels.length;
      position.batch += 1;
      position.step += 1;
      position.phaseStep += 1;
      const done = this.#before + position.phaseStep;
      const snapshot = () => this.snapshot();
      await onStep?.({ done, total: this.#total, loss, learningRate, snapshot });
    }
    const trainLoss = position.lossSum / this.#bounds.at(-1)![1];
    position.batch = 0;
    position.lossSum = 0;
    return { trainLoss, learningRate: this.#learningRate(position.phaseStep - 1) };
  }

  /** Puts the average of the weights into the classifier, or the weights back; nothing without an average. */
  useAverage(inUse: boolean): void {
    this.#average?.use(inUse);
  }

  snapshot(): Promise<TrainingState> {
    const [weights, optimizer] = [this.#weights, this.#optimizer];
    const [average, best] = [this.#average, this.#best];
    return takeState(this.#position, { weights, optimizer, average, best });
  }

  dispose(): void {
    this.#step.dispose();
    this.#optimizer.dispose();
    this.#average?.dispose();
  }

  #learningRate(step: number): number {
    const learningRate = this.#schedule(step);
    // A function's rate may be negative, as in PyTorch's LambdaLR: it climbs.
    requireNumber(`schedule(${step})`, learningRate, {});
    return learningRate;
  }

  #order(): Int32Array {
    const { labels } = this.#data.train;
    const seed = mixed(this.#position.seed, this.#position.epoch + 1);
    return this.#phase.sampling === 'balanced'
      ? balancedOrder(labels, seed)
      : permutation(labels.length, seed);
  }

  async #load(photos: Int32Array, step: number): Promise<TrainingBatch> {
    const { seed, epoch } = this.#position;
    const { shape, views } = this.#source;
    const chosen = photos.map(photo => mixed(seed, epoch + 1, photo) % views);
    const rows = await this.#source.read(photos, chosen);
    const labels = photos.map(photo => this.#data.train.labels[photo]!);
    const { mixing } = this.#phase;
    if (!mixing) return { rows, shape, labels };
    const mixture = mix(rows, shape, labels, this.#data.classes, mixing, mixed(seed, step, 7));
    return { shape, labels, ...mixture };
  }

  #groups(): Map<string, WeightGroup> {
    const { groups, depthOf = () => 0 } = this.#options;
    const entries = [...this.#weights].map(([name, weight]): [string, WeightGroup] => {
      const group = groups ? groups(name) : groupOf(this.#phase, depthOf(name), weight.rank);
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
}
