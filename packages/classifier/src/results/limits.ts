import type { Split } from '@shroom/data';
import { type ReportedNovelty, type Robustness, shareInterval } from '@shroom/train';
import type { ClassifierNetwork } from '../network/classifier-network';
import type { NamedPhotos } from '../photos/open-set';
import type { OnProgress } from '../progress';
import type { RunConfiguration } from '../run/folder';
import { type SummariesOfParts, shareOfLeftOut } from '../training/left-out';
import { noveltyOf, type StoredNovelty } from '../training/novelty';
import type { TestEvaluation } from '../training/test-evaluation';
import { judgeOf, photosToWorsen, robustnessOf } from './robustness';

/** Limits of a classifier: its accuracy on degraded photos, and how it answers for photos unlike its training photos. */
export interface Limits {
  readonly robustness: Robustness;
  readonly novelty: ReportedNovelty;
  /** Novelty score of each test photo. */
  readonly scores: Float64Array;
}

export interface LimitedRun {
  readonly photos: NamedPhotos;
  readonly split: Split;
  readonly configuration: RunConfiguration;
  readonly network: ClassifierNetwork;
  readonly evaluated: TestEvaluation;
  readonly stored: StoredNovelty;
  readonly summaries: SummariesOfParts;
  /**
   * Whether the backbone was fine-tuned on the photos. Features of a fine-tuned backbone depend on every class, so no class counts as left
   * out.
   */
  readonly isTuned: boolean;
}

/** Measures the limits of a classifier. */
export async function limitsOf(
  { photos, split, configuration, network, evaluated, stored, summaries, isTuned }: LimitedRun,
  work: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal },
): Promise<Limits> {
  const { size, views, testViews } = configuration;
  const { train, validation, test } = split;
  const passes = train.length * views + (validation.length + test.length) * testViews;
  const robustness = await robustnessOf(
    test.map(index => photos.photos[index]!),
    evaluated.plainLogits,
    network,
    judgeOf(evaluated),
    { size: [size, size], photos: photosToWorsen(passes), ...work },
  );
  const scores = noveltyOf(stored).score(summaries.test.values);
  const falseAlarms = shareInterval(
    scores.filter(score => score > stored.threshold).length,
    scores.length,
  );
  // A photo with several classes cannot be left out for one class only.
  if (isTuned || network.task === 'multi-label')
    return { robustness, novelty: { falseAlarms }, scores };
  const leftOut = await shareOfLeftOut(summaries, photos.classes.length);
  return { robustness, novelty: { falseAlarms, leftOut }, scores };
}
