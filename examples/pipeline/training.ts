import { join } from 'node:path';
import { headOn } from '@shroom/head';
import type { CutBackbone } from '@shroom/models';
import {
  type EpochPicture,
  evaluateOn,
  type HistoryRow,
  type Recipe,
  recipes,
  type Features as Source,
  type TrainingData,
} from '@shroom/train';
import {
  type CheckpointOptions,
  checkpointFiles,
  fitWithCheckpoints,
  type Restorable,
} from '@shroom/train/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { openLog } from './epoch-log';
import type { EpochMaps } from './epoch-maps';
import type { Features } from './features';
import { historyRow } from './results';
import { Progress } from './terminal';

export interface TrainingOptions {
  readonly classes: number;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly testViews: number;
  /** The folder of the run; what it holds of an interrupted one is gone on with. */
  readonly out: string;
  /** The heat map of one photo over the epochs; `goesOn` keeps those of the epochs before. */
  readonly openMaps: (goesOn: boolean) => Promise<EpochMaps>;
  readonly signal: AbortSignal;
}

export interface Trained {
  /** It holds the weights of the best epoch. */
  readonly classifier: Restorable;
  /** Of the training that came last. */
  readonly history: readonly HistoryRow[];
  /** The heat maps over its epochs. */
  readonly pictures: readonly EpochPicture[];
  /** What the classifier takes, of the validation and the test photos. */
  readonly validation: Source;
  readonly test: Source;
  /** Its weights, below the run's folder. */
  readonly file: string;
}

/** Trains the head on pooled features; then, where the backbone is cut, what is behind the cut with it. */
export async function trainClassifier(
  features: Features,
  head: LayersModel,
  cut: CutBackbone | undefined,
  options: TrainingOptions,
): Promise<Trained> {
  const { classes, recipe, seed, testViews: validationViews, signal } = options;
  const how = { seed, validationViews, signal };
  const { pooled, maps } = features;
  const onPooled = { ...pooled, classes };
  const headOptions = { ...recipe, ...how };
  const headAlone = { ...headTraining, logs: cut ? headTraining.folder : '' };
  const trained = await train(headAlone, head, onPooled, options, headOptions);
  if (!cut || !maps) return { ...trained, validation: pooled.validation, test: pooled.test };
  const finetuned = await train(
    finetuning,
    classifierOn(head, cut),
    { ...maps, classes },
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

/** One training of a run; its folders are below the run's. */
interface Part {
  readonly label: string;
  /** Of its checkpoints. */
  readonly folder: string;
  /** Of its history; that of the training that comes last is the run's own. */
  readonly logs: string;
}

const headTraining = { label: 'head', folder: 'checkpoints' };
const finetuning: Part = { label: 'fine-tuning', folder: 'checkpoints/finetuned', logs: '' };

/** The head, or the head on the stages behind the cut. */
export function classifierOn(head: LayersModel, cut: CutBackbone | undefined): Restorable {
  return cut ? headOn(cut.trained, head) : head;
}

async function train(
  { label, folder, logs }: Part,
  classifier: Restorable,
  data: TrainingData,
  { out, openMaps }: TrainingOptions,
  options: CheckpointOptions,
): Promise<Omit<Trained, 'validation' | 'test'>> {
  const checkpoints = join(out, folder);
  const log = await openLog(join(out, logs), checkpoints);
  const maps = logs === '' ? await openMaps(log.rows.length > 0) : undefined;
  const bar = new Progress(label, 'steps');
  let note = '';
  const onStep = ({ done, total }: { done: number; total: number }) =>
    bar.update(done, total, note);
  const reports = fitWithCheckpoints(checkpoints, classifier, data, { ...options, onStep });
  try {
    for await (const report of reports) {
      const { epoch, validation } = report;
      note = `epoch ${epoch}, validation ${(100 * validation.accuracy).toFixed(1)} %`;
      const { signal } = options;
      const onTraining = await evaluateOn(classifier, data.train, data.classes, {
        ...(signal && { signal }),
      });
      await log.append(historyRow(report, onTraining.accuracy));
      await maps?.record(epoch);
    }
  } finally {
    bar.stop();
  }
  const file = `${folder}/${checkpointFiles.best}`;
  return { classifier, history: log.rows, pictures: (await maps?.pictures()) ?? [], file };
}
