import type { Assessment } from '../evaluation/assessment';
import type { Interval } from '../evaluation/intervals';
import type { ColumnAccuracy } from '../evaluation/slices';
import type { HistoryRow } from '../logs/history';

/** One picture of the gallery, with photo, heat map and overlay side by side. */
export interface GalleryPicture {
  /** The picture as a `data:` address. */
  readonly image: string;
  /** Size of the picture in pixels, so that the page reserves its space while it loads. */
  readonly width?: number;
  readonly height?: number;
  readonly name: string;
  /** The class, or the classes in words. */
  readonly truth: string;
  readonly predicted: string;
  /** The class whose heat map is shown. Default: the predicted class. */
  readonly explained?: string;
  /** Probability of the class whose heat map is shown, 0 to 1. */
  readonly probability: number;
  /** The classes that fit, most probable first. Exactly one if the answer is sure. */
  readonly fitting?: readonly string[];
}

/** The heat map of one photo after one epoch. */
export interface EpochPicture {
  readonly epoch: number;
  /** The picture as a `data:` address. */
  readonly image: string;
  /** Size of the picture in pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Probability of the photo's true class, 0 to 1. */
  readonly probability: number;
}

/** Accuracy on unchanged test photos, and on degraded versions of the same photos. */
export interface Robustness {
  /** Number of test photos used. */
  readonly photos: number;
  /** Accuracy on the unchanged photos, with one view each. */
  readonly plain: Interval;
  readonly conditions: readonly WorseCondition[];
}

/** The results of a classifier on photos that were degraded in one way. */
export interface WorseCondition {
  /** Name of the condition, such as `blurred`, which completes the sentence "right when test photos are ...". */
  readonly name: string;
  /** Exactly how the photos were changed. */
  readonly how: string;
  readonly accuracy: Interval;
  /** Number of photos that are right when unchanged, but wrong when degraded. */
  readonly lost: number;
  /** Number of photos that are wrong when unchanged, but right when degraded. */
  readonly gained: number;
}

/** How well photos are recognized that are like nothing in training. */
export interface ReportedNovelty {
  /** Share of the test photos that were called unlike the training photos, by mistake. */
  readonly falseAlarms: Interval;
  /**
   * For each class, the share of its photos that would be called unlike the training photos if the class had not been trained on.
   * Absent if it was not measured.
   */
  readonly leftOut?: readonly number[];
}

/** The complete content of the report. The verdict at its top is derived from it. */
export interface ReportContent {
  readonly title: string;
  /** One sentence below the title: what was trained, and on which photos. */
  readonly summary: string;
  /** A warning that every reader should see. */
  readonly caution?: { readonly headline: string; readonly text: string };
  readonly classes: readonly string[];
  /** Number of photos of each class in each part, `[K]`. */
  readonly counts: {
    readonly train: readonly number[];
    readonly validation: readonly number[];
    readonly test: readonly number[];
  };
  /** Assessment on the test photos; a `MultiLabelAssessment` if photos may have several classes. */
  readonly assessment: Assessment;
  /** The file of each test photo, in the order of the assessment's samples. The report names the files of wrong answers. */
  readonly testPhotos?: readonly string[];
  /** Accuracy for the values of each column of the photos' table. */
  readonly slices?: readonly ColumnAccuracy[];
  readonly robustness?: Robustness;
  readonly novelty?: ReportedNovelty;
  readonly history: readonly HistoryRow[];
  /** Heat maps of one validation photo after several epochs. Left out if there are none. */
  readonly epochs?: {
    /** The true class of the photo. */
    readonly truth: string;
    readonly name: string;
    readonly pictures: readonly EpochPicture[];
  };
  /** Test photos: those with the highest loss, and correct ones. */
  readonly gallery: {
    readonly hardest: readonly GalleryPicture[];
    readonly right: readonly GalleryPicture[];
    /** One sentence that explains the pictures. */
    readonly note: string;
  };
  readonly findings: readonly {
    readonly kind: string;
    readonly subject: string;
    readonly reason: string;
  }[];
  /** Settings, versions and times as pairs of label and value. */
  readonly facts: readonly (readonly [string, string])[];
  /** The command that was typed to make this run. */
  readonly command: string;
}
