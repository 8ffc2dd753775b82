import { join } from 'node:path';
import {
  type EpochRecord,
  type EpochReport,
  heldOutLogits,
  logitsOf,
  type Recipe,
  type Features as Rows,
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
import { tuningRecipe } from './tuning';

export interface TrainingOptions {
  readonly classes: readonly string[];
  readonly extractors: readonly Extractor[];
  readonly training: Recipe;
  readonly seed: number;
  readonly testViews: number;
  /** The two halves of the validation photos, as indices. */
  readonly halves: readonly (readonly number[])[];
  /** Creates a head with random initial weights. */
  readonly startHead: () => LayersModel;
  /** The folder of the run. An interrupted training continues from its checkpoints. */
  readonly out: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Its `record` is called after each epoch, with the trained model and its data. */
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
  /** The model with the weights of the best epoch. */
  readonly classifier: Restorable;
  readonly history: readonly EpochRecord[];
  /** Logits for the calibration, of validation photos that were used neither for training nor for choosing the epoch. */
  readonly calibrating: Calibrating;
  /** The classifier's input for the test photos: features, or feature maps at the cut. */
  readonly test: Rows;
  /** Path of the trained weights, relative to the run's folder. */
  readonly file: string;
  /** The recipe that the history belongs to: that of the head, or that of the fine-tuning. */
  readonly plan: Recipe;
}

/** The true classes of validation photos, and their logits. */
export interface Calibrating extends Truth {
  /** Logits from one view of each photo. */
  readonly plain: Float32Array;
  /** Logits from as many views as the test averages. */
  readonly averaged: Float32Array;
}

/** From this number of validation photos on, one half of them is enough for the calibration. */
const manyPhotos = 600;

/** Folders of checkpoints, relative to the run's folder. */
export const checkpointFolders = {
  head: 'checkpoints',
  finetuned: 'checkpoints/finetuned',
} as const;

/**
 * Trains the head on pooled features. If the backbone is cut, it then trains the layers after the cut together with the head.
 *
 * For a head, all validation photos choose the epoch. For the calibration, further heads are trained whose epoch is chosen by one half of
 * the validation photos; they supply the logits of the other half. Fine-tuning several times would take too long. So in
 * fine-tuning one half of the validation photos chooses the epoch, and the other half is kept for the calibration.
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
  const tuning = tuningRecipe(cut, pooled.train.targets ? 'multi-label' : 'single-label');
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

/** Trains further heads like the classifier's, and returns their logits of the validation photos that did not choose their epochs. */
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
