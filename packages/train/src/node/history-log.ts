import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeScalars, encodeVersion, type ScalarEvent } from '../logs/events';
import { type HistoryRow, historyCsv, scalarsOf } from '../logs/history';
import { writeAtomically } from './atomic';

/**
 * Writes the history of a training to a folder after every epoch: `history.csv`, `history.jsonl` (one line of JSON for each
 * epoch, with the names of `HistoryRow`), and `tensorboard/` (show it with `tensorboard --logdir <folder>/tensorboard`).
 *
 * @example
 * ```ts
 * const log = await HistoryLog.open('runs/a');
 * const validation = { validationLoss: 0.7, validationAccuracy: 0.8, validationMacroF1: 0.79 };
 * const row = { epoch: 1, trainLoss: 0.9, ...validation, learningRate: 1e-3, best: true };
 * await log.append({ ...row, time: Date.now() }); // after each epoch
 * ```
 */
export class HistoryLog {
  readonly #folder: string;
  readonly #rows: HistoryRow[];
  /** Event file by TensorBoard run. */
  readonly #files = new Map<string, string>();
  /** Whether the files in the folder already belong to this training. */
  #isWritten = false;

  private constructor(folder: string, rows: readonly HistoryRow[]) {
    this.#folder = folder;
    this.#rows = [...rows];
  }

  /**
   * Starts or continues a history. Nothing in the folder changes before the first `append` or `save`, because until then
   * the training may turn out to belong to another folder.
   *
   * @param rows Earlier rows of a resumed training. Default: none; an older history in the folder is replaced when the
   *   first epoch is appended.
   */
  static async open(folder: string, rows: readonly HistoryRow[] = []): Promise<HistoryLog> {
    return new HistoryLog(folder, rows);
  }

  get rows(): readonly HistoryRow[] {
    return this.#rows;
  }

  /** Writes the rows that were passed to `open`, once. Use it for a resumed training that had no epochs left. */
  async save(): Promise<void> {
    if (this.#isWritten || this.#rows.length === 0) return;
    await writeAtomically(join(this.#folder, 'history.csv'), historyCsv(this.#rows));
    const lines = this.#rows.map(row => `${JSON.stringify(row)}\n`);
    await writeAtomically(join(this.#folder, 'history.jsonl'), lines.join(''));
    this.#isWritten = true;
  }

  async append(row: HistoryRow): Promise<void> {
    if (!this.#isWritten && this.#rows.length === 0)
      await rm(join(this.#folder, 'tensorboard'), { recursive: true, force: true });
    this.#rows.push(row);
    if (this.#isWritten) {
      await writeAtomically(join(this.#folder, 'history.csv'), historyCsv(this.#rows));
      await appendFile(join(this.#folder, 'history.jsonl'), `${JSON.stringify(row)}\n`);
    } else await this.save();
    for (const [run, values] of Object.entries(scalarsOf(row))) {
      await this.#appendEvent(run, row, values);
    }
  }

  /**
   * A resumed training writes a new event file, named by its first epoch. TensorBoard joins all event files of a folder.
   */
  async #appendEvent(run: string, row: HistoryRow, values: ScalarEvent['values']): Promise<void> {
    const { epoch, time = 0 } = row;
    let file = this.#files.get(run);
    if (!file) {
      const name = `events.out.tfevents.${String(epoch).padStart(10, '0')}.shroom`;
      file = join(this.#folder, 'tensorboard', run, name);
      this.#files.set(run, file);
      await writeAtomically(file, encodeVersion(time));
    }
    await appendFile(file, encodeScalars({ step: epoch, time, values }));
  }
}
