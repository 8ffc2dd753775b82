import { join } from 'node:path';
import {
  type EpochRecord,
  type EpochReport,
  heldOutLogits,
  logitsOf,
  type Recipe,
  type Features as Rows,
  recipes,
  selectFrom,
  type TrainingData,
  type Truth,
} from '@shroom/train';
import {
  type CheckpointOptions,
  checkpointFiles,
  fitWithCheckpoints,
  historyOf,
  type Restorable,
} from '@shroom/train/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { CutExtractor, Extractor } from '../network/extractor';
import type { Features } from '../network/features';
import { headOnTrained } from '../network/tuned';
import { Meter, type OnProgress, type Stage } from '../progress';
import { scoreInWords } from './history-row';
import { forSigmoids } from './several-classes';

export interface TrainingOptions {
  readonly classes: readonly string[];
  readonly extractors: readonly Extractor[];
  readonly training: Recipe;
  readonly seed: number;
  readonly testViews: number;
  /** Halves of the validation photos. */
  readonly halves: readonly (readonly number[])[];
  /** A head with its first weights. */
  readonly startHead: () => LayersModel;
  /** The folder of the run; what it holds of an interrupted one is gone on with. */
  readonly out: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each epoch, with what is trained and on what. */
  readonly log: {
    record(
      report: EpochReport,
      classifier: Restorable,
      data: TrainingData,
      isHead: boolean,
    ): Promise<void>;
  };
}

export interface Trained {
  /** It holds the weights of the best epoch. */
  readonly classifier: Restorable;
  readonly history: readonly EpochRecord[];
  /** What its answers are calibrated on: validation photos that had no part in its training, nor in the choice of an epoch. */
  readonly calibrating: Calibrating;
  /** What the classifier takes, of the test photos. */
  readonly test: Rows;
  /** Its weights, below the run's folder. */
  readonly file: string;
  /** The training that the history is of: that of the head, or the fine-tuning. */
  readonly plan: Recipe;
}

/** What validation photos show, and what is said of them. */
export interface Calibrating extends Truth {
  /** From one view of each photo. */
  readonly plain: Float32Array;
  /** From as many views as are averaged in the test. */
  readonly averaged: Float32Array;
}

/** Of validation photos, from which on a half of them is enough to calibrate on. */
const manyPhotos = 600;

/** Below the run's folder. */
export const checkpointFolders = {
  head: 'checkpoints',
  finetuned: 'checkpoints/finetuned',
} as const;

/**
 * Trains the head on pooled features; then, where the backbone is cut, what is after the cut with it.
 *
 * All validation photos choose the epoch of a head; shorter trainings beside it tell what it says of photos that did not.
 * To fine-tune twice would take too long: there one half chooses, and the other is kept for calibration.
 */
export async function trainClassifier(
  features: Features,
  head: LayersModel,
  cut: CutExtractor | undefined,
  options: TrainingOptions,
): Promise<Trained> {
  const { classes: classNames, training, seed, testViews: validationViews } = options;
  const { halves, extractors } = options;
  const stopping = options.signal && { signal: options.signal };
  const named = { classes: classNames.length, classNames };
  const how = { seed, validationViews, ...stopping };
  const { pooled, maps } = features;
  const [kept, choosing] = halves as [readonly number[], readonly number[]];
  const whole = { train: pooled.train, validation: pooled.validation, ...named };
  const half = { ...whole, validation: selectFrom(pooled.validation, choosing) };
  const plan = { ...training, ...how };
  const data = cut ? half : whole;
  const trained = await train('training', head, data, checkpointFolders.head, options, plan);
  if (!cut || !maps) {
    const calibrating = await calibratingLogits(whole, options, plan);
    return { ...trained, calibrating, test: pooled.test, plan: training };
  }
  const classifier = headOnTrained(head, cut, extractors);
  const tuning = pooled.train.targets ? forSigmoids(recipes.finetune).training : recipes.finetune;
  const finetuned = await train(
    'fine-tuning',
    classifier,
    { train: maps.train, validation: selectFrom(maps.validation, choosing), ...named },
    checkpointFolders.finetuned,
    options,
    {
      ...tuning,
      ...how,
      depthOf: cut.cut.depthOf,
      saveEvery: 20,
    },
  );
  const unseen = selectFrom(maps.validation, kept);
  const { targets } = unseen;
  const plain = await logitsOf(classifier, unseen, { ...stopping });
  const averaged =
    validationViews === 1
      ? plain
      : await logitsOf(classifier, unseen, { views: validationViews, ...stopping });
  return {
    ...finetuned,
    calibrating: { labels: unseen.labels, ...(targets && { targets }), plain, averaged },
    test: maps.test,
    plan: tuning,
  };
}

/** What heads that are trained as the classifier's say of validation photos that did not choose their epoch. */
async function calibratingLogits(
  data: TrainingData,
  { halves, startHead, testViews, onProgress }: TrainingOptions,
  plan: CheckpointOptions,
): Promise<Calibrating> {
  const folds = data.validation.labels.length < manyPhotos ? halves : halves.slice(0, 1);
  const meter = new Meter('calibration', 'steps', onProgress);
  let trainings = 0;
  const onStep = ({ done, total }: { done: number; total: number }) => {
    if (done === 1) trainings++;
    meter.update((trainings - 1) * total + done, folds.length * total);
  };
  const views = testViews === 1 ? [1] : [1, testViews];
  const { labels, targets, logits } = await heldOutLogits(startHead, data, folds, {
    ...plan,
    views,
    onStep,
  });
  return { labels, ...(targets && { targets }), plain: logits[0]!, averaged: logits.at(-1)! };
}

async function train(
  stage: Stage,
  classifier: Restorable,
  data: TrainingData,
  folder: string,
  { out, log, onProgress }: TrainingOptions,
  options: CheckpointOptions,
): Promise<Omit<Trained, 'calibrating' | 'test' | 'plan'>> {
  const meter = new Meter(stage, 'steps', onProgress);
  let note = '';
  const onStep = ({ done, total }: { done: number; total: number }) =>
    meter.update(done, total, note);
  const checkpoints = join(out, folder);
  const epochs = fitWithCheckpoints(checkpoints, classifier, data, {
    ...options,
    onStep,
    onEpoch: async report => {
      const { epoch, validation } = report;
      note = `epoch ${epoch}, validation ${scoreInWords(validation)}`;
      await log.record(report, classifier, data, stage === 'training');
    },
  });
  for await (const _ of epochs);
  const history = await historyOf(checkpoints);
  return { classifier, history, file: `${folder}/${checkpointFiles.best}` };
}
