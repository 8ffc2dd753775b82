import type { Assessment } from '../evaluation/assessment';
import type { Interval } from '../evaluation/intervals';
import type { ColumnAccuracy } from '../evaluation/slices';
import type { HistoryRow } from '../logs/history';

/** A picture of the gallery: photo, heat map and overlay side by side. */
export interface GalleryPicture {
  /** A `data:` address. */
  readonly image: string;
  /** Of the image in pixels, so that a page keeps its place while it loads. */
  readonly width?: number;
  readonly height?: number;
  readonly name: string;
  readonly truth: string;
  readonly predicted: string;
  /** Of the predicted class, 0 to 1. */
  readonly probability: number;
  /** The classes that fit, the most probable first: exactly one where the answer is sure. */
  readonly fitting?: readonly string[];
}

/** The heat map of one photo as it was after an epoch. */
export interface EpochPicture {
  readonly epoch: number;
  /** A `data:` address. */
  readonly image: string;
  /** Of the image in pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Of the photo's own class, 0 to 1. */
  readonly probability: number;
}

/** Accuracy on test photos as they are, and on the same ones made worse. */
export interface Robustness {
  /** How many test photos were looked at. */
  readonly photos: number;
  /** As they are, from one view. */
  readonly plain: Interval;
  readonly conditions: readonly WorseCondition[];
}

/** How a classifier does on photos that were made worse in one way. */
export interface WorseCondition {
  /** Such as `blurred`: goes on "when". */
  readonly name: string;
  /** What was done to the photos exactly. */
  readonly how: string;
  readonly accuracy: Interval;
  /** Photos that are right as they are, and wrong so. */
  readonly lost: number;
  /** Photos that are wrong as they are, and right so. */
  readonly gained: number;
}

/** All that the report shows; the verdict that it opens with follows from it. */
export interface ReportContent {
  readonly title: string;
  /** One sentence below the title: what was trained on what. */
  readonly summary: string;
  /** What a reader must not forget. */
  readonly caution?: { readonly headline: string; readonly text: string };
  readonly classes: readonly string[];
  /** `[K]` photos of each class in each part. */
  readonly counts: {
    readonly train: readonly number[];
    readonly validation: readonly number[];
    readonly test: readonly number[];
  };
  /** Of the test photos. */
  readonly assessment: Assessment;
  /** The file of each test photo, in the order of the assessment's samples: those that it got wrong are named. */
  readonly testPhotos?: readonly string[];
  /** Accuracy by the columns of the photos' table. */
  readonly slices?: readonly ColumnAccuracy[];
  readonly robustness?: Robustness;
  readonly history: readonly HistoryRow[];
  /** The heat map of one validation photo over the epochs; absent where there is none. */
  readonly epochs?: {
    /** The photo's class. */
    readonly truth: string;
    readonly name: string;
    readonly pictures: readonly EpochPicture[];
  };
  /** Test photos: those whose truth surprised the classifier most, and right ones. */
  readonly gallery: {
    readonly hardest: readonly GalleryPicture[];
    readonly right: readonly GalleryPicture[];
    /** What the pictures show, in a sentence. */
    readonly note: string;
  };
  readonly findings: readonly {
    readonly kind: string;
    readonly subject: string;
    readonly reason: string;
  }[];
  /** Settings, versions, times: label and value. */
  readonly facts: readonly (readonly [string, string])[];
  /** What was typed to get this. */
  readonly command: string;
}
