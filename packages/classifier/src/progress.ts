/** The slow stages of a training, in order. */
export type Stage =
  | 'downloading photos'
  | 'checking photos'
  | 'inspecting photos'
  | 'packing photos'
  | 'downloading weights'
  | 'features'
  | 'training'
  | 'fine-tuning'
  | 'calibration'
  | 'classifying'
  | 'heat maps'
  | 'worse photos';

/** Progress of a stage. */
export interface Progress {
  readonly stage: Stage;
  readonly done: number;
  readonly total: number;
  /** Unit of `done` and `total`: `MB`, `files`, `views`, `steps` or `photos`. */
  readonly unit: string;
  /** Average number of units per second since the stage began. */
  readonly rate: number;
  /** Seconds until the stage is done, at the average rate. Infinite until the first unit is done. */
  readonly remaining: number;
  /** Additional information, such as the score of the last epoch. */
  readonly note: string;
}

/** Called many times a second during long work. An error that it throws stops the work. */
export type OnProgress = (progress: Progress) => void;

/** Computes and reports the progress of a stage. */
export class Meter {
  readonly #stage: Stage;
  readonly #unit: string;
  readonly #report: OnProgress | undefined;
  readonly #begin = performance.now();

  constructor(stage: Stage, unit: string, report: OnProgress | undefined) {
    this.#stage = stage;
    this.#unit = unit;
    this.#report = report;
  }

  update(done: number, total: number, note = ''): void {
    if (!this.#report) return;
    const seconds = (performance.now() - this.#begin) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    const remaining = rate > 0 ? (total - done) / rate : Number.POSITIVE_INFINITY;
    this.#report({ stage: this.#stage, done, total, unit: this.#unit, rate, remaining, note });
  }
}
