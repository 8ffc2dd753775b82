import { join } from 'node:path';
import { headOn } from '@shroom/head';
import type { CutBackbone } from '@shroom/models';
import {
  type EpochRecord,
  type EpochReport,
  type Recipe,
  recipes,
  type Features as Source,
  type TrainingData,
} from '@shroom/train';
import {
  type CheckpointOptions,
  checkpointFiles,
  fitWithCheckpoints,
  historyOf,
  type Restorable,
} from '@shroom/train/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Features } from './features';
import { Progress } from './terminal';

export interface TrainingOptions {
  readonly classes: number;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly testViews: number;
  /** The folder of the run; what it holds of an interrupted one is gone on with. */
  readonly out: string;
  readonly signal: AbortSignal;
  /** Told of every epoch that is trained now, with what is trained and on what. */
  readonly log: {
    record(report: EpochReport, classifier: Restorable, data: TrainingData): Promise<void>;
  };
}

export interface Trained {
  /** It holds the weights of the best epoch. */
  readonly classifier: Restorable;
  readonly history: readonly EpochRecord[];
  /** What the classifier takes, of the validation and the test photos. */
  readonly validation: Source;
  readonly test: Source;
  /** Its weights, below the run's folder. */
  readonly file: string;
}

/** Below the run's folder. */
export const checkpointFolders = {
  head: 'checkpoints',
  finetuned: 'checkpoints/finetuned',
} as const;

/** Trains the head on pooled features; then, where the backbone is cut, what is behind the cut with it. */
export async function trainClassifier(
  features: Features,
  head: LayersModel,
  cut: CutBackbone | undefined,
  options: TrainingOptions,
): Promise<Trained> {
  const { classes, recipe, seed, testViews: validationViews, signal } = options;
  const how = { seed, validationViews, signal };
  const trained = await train(
    'head',
    head,
    { ...features.pooled, classes },
    checkpointFolders.head,
    options,
    {
      ...recipe,
      ...how,
    },
  );
  if (!cut || !features.maps) return { ...trained, ...features.pooled };
  const { maps } = features;
  const classifier = classifierOn(head, cut);
  const finetuned = await train(
    'fine-tuning',
    classifier,
    { ...maps, classes },
    checkpointFolders.finetuned,
    options,
    {
      ...recipes.finetune,
      ...how,
      depthOf: cut.depthOf,
      saveEvery: 20,
    },
  );
  return { ...finetuned, validation: maps.validation, test: maps.test };
}

/** The head, or the head on the stages behind the cut. */
export function classifierOn(head: LayersModel, cut: CutBackbone | undefined): Restorable {
  return cut ? headOn(cut.trained, head) : head;
}

async function train(
  label: string,
  classifier: Restorable,
  data: TrainingData,
  folder: string,
  { out, log }: TrainingOptions,
  options: CheckpointOptions,
): Promise<Omit<Trained, 'validation' | 'test'>> {
  const bar = new Progress(label, 'steps');
  let note = '';
  const onStep = ({ done, total }: { done: number; total: number }) =>
    bar.update(done, total, note);
  const checkpoints = join(out, folder);
  try {
    for await (const report of fitWithCheckpoints(checkpoints, classifier, data, {
      ...options,
      onStep,
    })) {
      const { epoch, validation } = report;
      note = `epoch ${epoch}, validation ${(100 * validation.accuracy).toFixed(1)} %`;
      await log.record(report, classifier, data);
    }
  } finally {
    bar.stop();
  }
  const history = await historyOf(checkpoints);
  return { classifier, history, file: `${folder}/${checkpointFiles.best}` };
}
