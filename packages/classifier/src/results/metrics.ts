import { join } from 'node:path';
import { type Split, splitNames } from '@shroom/data';
import type { Assessment, ColumnAccuracy, MultiLabelAssessment } from '@shroom/train';
import { writeAtomically } from '@shroom/train/node';
import type { Engine } from '../engine/engine';
import { publishedSource } from '../exports/published-source';
import type { ClassifierFile } from '../file/schema';
import { precisionOf } from '../network/precision';
import type { NamedPhotos } from '../photos/open-set';
import { labelsOf } from '../photos/truth';
import type { RunConfiguration } from '../run/folder';
import { isMultiLabel } from '../training/test-evaluation';
import type { Limits } from './limits';
import { labelCounts } from './predictions';

/** Duration of the parts of a run, in seconds. */
export interface Seconds {
  readonly features: number;
  readonly head: number;
  readonly explain: number;
  readonly total: number;
}

/** Content of `metrics.json`. */
export interface RunMetrics {
  readonly photos: NamedPhotos;
  readonly split: Split;
  readonly engine: Engine;
  readonly configuration: RunConfiguration;
  readonly file: ClassifierFile;
  readonly assessment: Assessment;
  /** Accuracy for each value of the columns of the photos' table. */
  readonly slices: readonly ColumnAccuracy[];
  readonly limits: Limits;
  readonly seconds: Seconds;
}

export async function saveMetrics(folder: string, run: RunMetrics): Promise<void> {
  const { photos, split, engine, configuration, file, assessment, slices, limits, seconds } = run;
  const { robustness, novelty } = limits;
  const { evaluation, figures, areas, top, calibration, certainty, sets } = assessment;
  const named = <T>(values: readonly T[]) =>
    Object.fromEntries(photos.classes.map((name, k) => [name, values[k]]));
  const counts = Object.fromEntries(
    splitNames.map(name => [name, named(countByClass(photos, split[name]))]),
  );
  const metrics = {
    data: { name: photos.name, ...counts, findings: photos.findings },
    copies: photos.copies ?? [],
    engine: engine.name,
    precision: precisionOf(file),
    options: { ...configuration, backbone: configuration.backbone.map(publishedSource) },
    test: {
      ...(isMultiLabel(assessment) ? severalOf(assessment, named) : evaluation),
      perClass: named(evaluation.perClass),
      intervals: { ...figures, perClass: named(assessment.perClass) },
      areas: { ...areas, perClass: named(areas.perClass) },
      top,
      calibration,
      certainty,
      sets: { ...sets, perClass: named(sets.perClass) },
      slices,
      robustness,
      novelty: { ...novelty, ...(novelty.leftOut && { leftOut: named(novelty.leftOut) }) },
    },
    seconds,
    peakMemoryMiB: peakMemoryMiB(),
  };
  await writeAtomically(join(folder, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
}

/** Metrics for the task 'multi-label'. Instead of a confusion matrix, each class has its own counts. */
function severalOf(
  { evaluation, certainty, answers, sure, accuracyWhereSure }: MultiLabelAssessment,
  named: <T>(values: readonly T[]) => Readonly<Record<string, T | undefined>>,
) {
  const { confusion: _, ...scores } = evaluation;
  const counts = named(certainty.thresholds.map((_, k) => labelCounts(answers, k)));
  const thresholds = named(certainty.thresholds);
  return { task: 'multi-label', ...scores, sure, accuracyWhereSure, counts, thresholds };
}

/** Number of photos of each class. A photo with several classes counts for each of them. */
export function countByClass(
  { classes, photos }: Pick<NamedPhotos, 'classes' | 'photos'>,
  indices: readonly number[],
): number[] {
  const counts = classes.map(() => 0);
  for (const index of indices) for (const label of labelsOf(photos[index]!)) counts[label]! += 1;
  return counts;
}

/** Peak memory of the process in MiB. */
export const peakMemoryMiB = () => Math.round(process.resourceUsage().maxRSS / 1024);
