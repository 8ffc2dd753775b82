import type { Preprocessing } from '@shroom/models';
import { trainedInt8 } from '../network/precision';
import { certaintyOf } from '../serving/certainty';
import { taskOf } from '../task';
import { preprocessingOf } from './answer-network';
import type { ExportSource } from './form';
import { publishedLicenses } from './published-source';

/** What an export says about itself. Plain data. */
export interface ExportFacts {
  readonly title: string;
  readonly caution?: { readonly headline: string; readonly text: string };
  readonly task: 'single-label' | 'multi-label';
  readonly classes: readonly string[];
  /** What is to be done with a photo before it becomes an image of the model. */
  readonly preprocessing: Preprocessing;
  /** Number of views that an answer averages. */
  readonly views: number;
  /** The logits of the classifier were divided by this number. */
  readonly temperature: number;
  /** For several classes in a photo: a class is present if its probability is at least this. */
  readonly thresholds?: readonly number[];
  /** How the features were computed that the classifier was trained and tested on. Absent for 32 bits, in which the export computes. */
  readonly trainedIn?: 'int8';
  readonly licenses: readonly { readonly of: string; readonly license: string }[];
}

/** @throws RangeError when the certainty for this number of views was not measured. */
export function exportFacts(source: ExportSource, views: number): ExportFacts {
  const { title, caution, classes, licenses } = source.file;
  const { temperature, thresholds } = certaintyOf(source.file, views);
  return {
    title,
    ...(caution && { caution }),
    task: taskOf(source.file),
    classes,
    preprocessing: preprocessingOf(source),
    ...{ views, temperature },
    ...(thresholds && { thresholds }),
    ...(trainedInt8(source.file) && { trainedIn: 'int8' as const }),
    licenses: publishedLicenses(licenses),
  };
}
