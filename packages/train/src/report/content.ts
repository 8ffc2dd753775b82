import type { HistoryRow } from '../logs/history';
import type { Evaluation } from '../metrics';

/** A picture of the gallery: photo, heat map and overlay side by side. */
export interface GalleryPicture {
  /** A `data:` address. */
  readonly image: string;
  readonly name: string;
  readonly truth: string;
  readonly predicted: string;
  /** Of the predicted class, 0 to 1. */
  readonly probability: number;
}

/** All that the report shows; it draws no conclusions of its own. */
export interface ReportContent {
  readonly title: string;
  /** One sentence below the title: what was trained on what. */
  readonly summary: string;
  readonly classes: readonly string[];
  /** `[K]` photos of each class in each part. */
  readonly counts: {
    readonly train: readonly number[];
    readonly validation: readonly number[];
    readonly test: readonly number[];
  };
  readonly test: Evaluation;
  readonly history: readonly HistoryRow[];
  readonly gallery: readonly GalleryPicture[];
  /** What the pictures of the gallery show, in a sentence. */
  readonly galleryNote: string;
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
