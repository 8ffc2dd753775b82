import { join } from 'node:path';
import type { Photo } from '@shroom/data';
import type { Assessment, MultiLabelAssessment } from '@shroom/train';
import { accuracyByColumn, type EpochRecord, type Interval, renderReport } from '@shroom/train';
import { writeAtomically } from '@shroom/train/node';
import { formatClassifierFile } from '../file/classifier-file';
import type { ClassifierFile } from '../file/schema';
import { type RunConfiguration, replaceFolder } from '../run/folder';
import { isMultiLabel, type TestEvaluation } from '../training/test-evaluation';
import type { TrainingLog } from '../training/training-log';
import { modelCard } from './card';
import { type Seconds, saveMetrics } from './metrics';
import { confusionCsv, predictionsCsv } from './predictions';
import { type RunFacts, reportContent } from './report';

/** How good a classifier is on photos that nothing was trained on or chosen by, each with one class. */
export interface SingleLabelResult {
  readonly task: 'single-label';
  readonly accuracy: Interval;
  readonly macroF1: Interval;
  readonly assessment: Assessment;
}

/** The same of photos that may have several classes. */
export interface MultiLabelResult {
  readonly task: 'multi-label';
  /** Share of the photos whose classes are all right. */
  readonly accuracy: Interval;
  readonly macroF1: Interval;
  readonly microF1: Interval;
  readonly meanAveragePrecision: Interval;
  readonly assessment: MultiLabelAssessment;
}

/** How good a classifier is; `task` tells which of both it is. */
export type TestResult = SingleLabelResult | MultiLabelResult;

/** A finished run: plain data. */
export interface Run {
  readonly folder: string;
  readonly classes: readonly string[];
  readonly configuration: RunConfiguration;
  /** On photos that nothing was trained on or chosen by. */
  readonly test: TestResult;
  readonly history: readonly EpochRecord[];
  readonly seconds: Seconds;
}

/** The figures of an assessment by their names. */
export function resultOf(assessment: Assessment | MultiLabelAssessment): TestResult {
  const { accuracy, macroF1 } = assessment.figures;
  if (!isMultiLabel(assessment)) return { task: 'single-label', accuracy, macroF1, assessment };
  const { microF1, averagePrecision } = assessment.figures;
  return {
    task: 'multi-label',
    ...{ accuracy, macroF1, microF1, meanAveragePrecision: averagePrecision, assessment },
  };
}

/** What is written of a run when all is known. */
export interface Results extends Omit<RunFacts, 'slices'> {
  readonly evaluated: TestEvaluation;
  readonly file: ClassifierFile;
  /** Of each test photo. */
  readonly novelty: { readonly scores: ArrayLike<number>; readonly threshold: number };
  readonly log: TrainingLog;
  /** The photo whose heat map was drawn after epochs. */
  readonly shown: Photo;
  /** The folder with the new heat maps, which takes the place of that of an earlier run. */
  readonly cams: string;
}

/** Replaces what an earlier run left in the folder, file by file, the metrics last. */
export async function saveResults(folder: string, results: Results): Promise<void> {
  const { photos, split, configuration, evaluated, file, novelty, log, shown, cams } = results;
  const { assessment } = evaluated;
  const columns = split.test.map(index => photos.photos[index]!.columns);
  const slices = accuracyByColumn(judged(assessment), columns);
  const content = await reportContent({ ...results, slices }, log, shown);
  const files: readonly (readonly [name: string, text: string])[] = [
    ['predictions.csv', predictionsCsv(photos, split.test, evaluated, novelty, configuration)],
    ['confusion.csv', confusionCsv(photos.classes, assessment)],
    ['config.json', `${JSON.stringify(configuration, null, 2)}\n`],
    ['README.md', modelCard(file, assessment)],
    ['report.html', renderReport(content)],
    ['classifier.json', formatClassifierFile(file)],
  ];
  await replaceFolder(join(folder, 'cams'), cams);
  for (const [name, text] of files) await writeAtomically(join(folder, name), text);
  await saveMetrics(folder, { ...results, assessment, slices });
}

/** Samples whose truth was predicted if they are right: of photos with several classes, where all of them are. */
function judged(assessment: Assessment): Parameters<typeof accuracyByColumn>[0] {
  if (!isMultiLabel(assessment)) return assessment.hardest;
  return assessment.answers.map(({ truth, said }, sample) => {
    return { sample, truth: 0, predicted: `${truth}` === `${said}` ? 0 : 1 };
  });
}
