import type { Split } from '@shroom/data';
import { classifierHead, linearHead } from '@shroom/head';
import { type Evaluation, evaluateOn, type FeatureSource, fit } from '@shroom/train';
import type { Ablation } from './ablations';
import type { PhotoFeatures } from './features';

export interface Scores {
  readonly accuracy: number;
  readonly macroF1: number;
}

export interface Trial {
  readonly validation: Scores;
  readonly test: Scores;
}

export interface TrialOptions {
  readonly classes: number;
  readonly seed: number;
  /** Whether to train on validation photos too, after everything has been chosen. Default false. */
  readonly withValidation?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Trains once and computes scores. If the phase has patience, the epoch with the lowest validation loss is scored. The test
 * photos decide nothing.
 */
export async function trial(
  { features: kind, head: sort, views, testViews, phase }: Ablation,
  features: PhotoFeatures,
  labels: Int32Array,
  split: Split,
  { classes, seed, withValidation = false, signal }: TrialOptions,
): Promise<Trial> {
  const part = (photos: readonly number[], seen: number) =>
    sourceOf(features, kind, labels, photos, seen);
  const train = withValidation ? [...split.train, ...split.validation] : split.train;
  const data = {
    train: part(train, views),
    validation: part(split.validation, testViews),
    classes,
  };
  const test = part(split.test, testViews);
  const [channels] = test.shape as [number];
  const head =
    sort === 'linear' ? linearHead(channels, classes) : classifierHead(channels, classes, { seed });
  const early = phase.patience !== undefined && phase.patience < phase.epochs;
  let best: Trial | undefined;
  try {
    for await (const report of fit(head, data, {
      ...phase,
      seed,
      validationViews: testViews,
      signal,
    })) {
      if (early ? !report.best : !report.last) continue;
      const tested = await evaluateOn(head, test, classes, { views: testViews, signal });
      best = { validation: scores(report.validation), test: scores(tested) };
    }
    return best!;
  } finally {
    head.dispose();
  }
}

const scores = ({ accuracy, macroF1 }: Evaluation): Scores => ({ accuracy, macroF1 });

/** One kind of features of some photos, read without copying them first. */
export function sourceOf(
  { values, width, views: held, kinds }: PhotoFeatures,
  kind: string,
  labels: Int32Array,
  photos: readonly number[],
  views: number,
): FeatureSource {
  const [start, end] = kinds[kind]!;
  const length = end - start;
  return {
    labels: Int32Array.from(photos, photo => labels[photo]!),
    views,
    shape: [length],
    read: (places, chosen) => {
      const rows = new Float32Array(places.length * length);
      for (let row = 0; row < places.length; row++) {
        const from = (photos[places[row]!]! * held + chosen[row]!) * width;
        rows.set(values.subarray(from + start, from + end), row * length);
      }
      return rows;
    },
  };
}
