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

/** Test result for the task 'single-label', on photos that were used neither for training nor for choosing the epoch. */
export interface SingleLabelResult {
  readonly task: 'single-label';
  readonly accuracy: Interval;
  readonly macroF1: Interval;
  readonly assessment: Assessment;
}

/** Test result for the task 'multi-label', on photos that were used neither for training nor for choosing the epoch. */
export interface MultiLabelResult {
  readonly task: 'multi-label';
  /** Share of the photos for which all classes are right. */
  readonly accuracy: Interval;
  readonly macroF1: Interval;
  readonly microF1: Interval;
  readonly meanAveragePrecision: Interval;
  readonly assessment: MultiLabelAssessment;
}

/** Test result of a classifier. `task` tells which of the two types it is. */
export type TestResult = SingleLabelResult | MultiLabelResult;

/** A finished run: plain data. */
export interface Run {
  readonly folder: string;
  readonly classes: readonly string[];
  readonly configuration: RunConfiguration;
  /** Result on the test photos, which were used neither for training nor for choosing the epoch. */
  readonly test: TestResult;
  readonly history: readonly EpochRecord[];
  readonly seconds: Seconds;
}

/** The main figures of an assessment. */
export function resultOf(assessment: Assessment | MultiLabelAssessment): TestResult {
  const { accuracy, macroF1 } = assessment.figures;
  if (!isMultiLabel(assessment)) return { task: 'single-label', accuracy, macroF1, assessment };
  const { microF1, averagePrecision } = assessment.figures;
  return {
    task: 'multi-label',
    ...{ accuracy, macroF1, microF1, meanAveragePrecision: averagePrecision, assessment },
  };
}

/** Everything that is written to the folder at the end of a run. */
export interface Results extends Omit<RunFacts, 'slices'> {
  readonly evaluated: TestEvaluation;
  readonly file: ClassifierFile;
  /** Novelty score of each test photo, and the threshold above which a photo is called unknown. */
  readonly novelty: { readonly scores: ArrayLike<number>; readonly threshold: number };
  readonly log: TrainingLog;
  /** The photo whose heat map was drawn after several epochs. */
  readonly shown: Photo;
  /** The folder with the new heat maps, which replaces the heat maps of an earlier run. */
  readonly cams: string;
}

/** Writes the results, and replaces results of an earlier run file by file. The metrics are written last. */
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

/** Samples for the accuracy by column. For the task 'multi-label', a photo counts as right if all of its classes are right. */
function judged(assessment: Assessment): Parameters<typeof accuracyByColumn>[0] {
  if (!isMultiLabel(assessment)) return assessment.hardest;
  return assessment.answers.map(({ truth, said }, sample) => {
    return { sample, truth: 0, predicted: `${truth}` === `${said}` ? 0 : 1 };
  });
}
