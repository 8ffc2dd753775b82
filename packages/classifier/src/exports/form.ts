import type { LoadedClassifier } from '../file/assemble';
import type { ClassifierFile } from '../file/schema';

/** A classifier that is exported. */
export interface ExportedClassifier {
  /** The folder that it was opened from. `openClassifier(folder)` opens it. */
  readonly folder: string;
  /** The content of `classifier.json`. */
  readonly file: ClassifierFile;
}

/** A classifier that is exported, with its networks. */
export interface ExportSource extends ExportedClassifier, LoadedClassifier {}

/** Options that every form of export has. */
export interface AnyExportOptions {
  readonly signal?: AbortSignal;
}

/** What an export has written. */
export interface Exported {
  readonly folder: string;
  /** The files, by their paths in the folder. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/**
 * A form in which a classifier can be exported.
 *
 * @param destination A folder, or a file if the form is one file.
 */
export type ExportForm = (
  classifier: ExportedClassifier,
  destination: string,
  options: AnyExportOptions,
) => Promise<Exported>;

/**
 * Options of an export that answers for itself, without this package.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const options: AnswerExportOptions = { views: 4 };
 * await classifier.export('onnx', 'pets.onnx', options);
 * ```
 */
export interface AnswerExportOptions extends AnyExportOptions {
  /**
   * Number of views that an answer averages, one of those in `certainty` of `classifier.json`. The probabilities have the temperature of that
   * number. With several views, each photo is as many consecutive images, and the model gives one answer for them. Default 1.
   */
  readonly views?: number;
}
