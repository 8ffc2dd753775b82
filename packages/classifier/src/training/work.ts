import type { PhotoSet } from '@shroom/data';
import type { TrainEvent } from '../events';
import type { TrainConfiguration } from '../options';
import type { OnProgress } from '../progress';

/** Callbacks and abort signal of a training. */
export interface WorkOptions {
  readonly onProgress?: OnProgress;
  /** Called with each finding and decision, such as the engine, the photos and their split, or the end of the training. */
  readonly onEvent?: (event: TrainEvent) => void;
  readonly signal?: AbortSignal;
}

/** Photos: an argument of `openPhotos` of `@shroom/data`, or a set that is already open. */
export type TrainingPhotos = string | readonly string[] | PhotoSet;

/** What goes with a training in addition to its configuration. */
export interface Work {
  /** The command that started the training, for the report. */
  readonly command: string;
  readonly engine: TrainConfiguration['engine'] | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly onEvent?: WorkOptions['onEvent'] | undefined;
  readonly signal?: AbortSignal | undefined;
}
