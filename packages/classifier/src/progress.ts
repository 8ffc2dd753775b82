/** What takes long, in the order in which a training does it. */
export type Stage =
  | 'downloading photos'
  | 'checking photos'
  | 'inspecting photos'
  | 'downloading weights'
  | 'features'
  | 'training'
  | 'fine-tuning'
  | 'calibration'
  | 'classifying'
  | 'heat maps'
  | 'worse photos';

/** How far a stage has come. */
export interface Progress {
  readonly stage: Stage;
  readonly done: number;
  readonly total: number;
  /** What is counted: `MB`, `files`, `views`, `steps`, `photos`. */
  readonly unit: string;
  /** Units a second since the stage began. */
  readonly rate: number;
  /** Seconds until the stage is done, at that rate; infinite until the first unit is done. */
  readonly remaining: number;
  /** What is worth knowing besides, such as the score of the last epoch. */
  readonly note: string;
}

/** Called as long work goes on, many times a second; what it throws ends the work. */
export type OnProgress = (progress: Progress) => void;

/** Where a stage reports what it has done. */
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
