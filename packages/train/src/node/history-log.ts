import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeScalars, encodeVersion, type ScalarEvent } from '../logs/events';
import { type HistoryRow, historyCsv, scalarsOf } from '../logs/history';
import { writeAtomically } from './atomic';

/**
 * The history of a training in a folder, brought up to date with every epoch: `history.csv`, `history.jsonl` (a line of
 * JSON for each epoch, named as in `HistoryRow`), and `tensorboard/` (`tensorboard --logdir <folder>/tensorboard`).
 */
export class HistoryLog {
  readonly #folder: string;
  readonly #rows: HistoryRow[];
  /** The event file of each run. */
  readonly #files = new Map<string, string>();

  private constructor(folder: string, rows: readonly HistoryRow[]) {
    this.#folder = folder;
    this.#rows = [...rows];
  }

  /**
   * Begins anew, or goes on.
   *
   * @param rows What the history has already, in a training that goes on. Default: none; an older history in the folder
   *   is removed then.
   */
  static async open(folder: string, rows: readonly HistoryRow[] = []): Promise<HistoryLog> {
    await mkdir(folder, { recursive: true });
    if (rows.length === 0) {
      await rm(join(folder, 'tensorboard'), { recursive: true, force: true });
      await rm(join(folder, 'history.csv'), { force: true });
    }
    const lines = rows.map(row => `${JSON.stringify(row)}\n`);
    await writeAtomically(join(folder, 'history.jsonl'), lines.join(''));
    return new HistoryLog(folder, rows);
  }

  get rows(): readonly HistoryRow[] {
    return this.#rows;
  }

  async append(row: HistoryRow): Promise<void> {
    this.#rows.push(row);
    await writeAtomically(join(this.#folder, 'history.csv'), historyCsv(this.#rows));
    await appendFile(join(this.#folder, 'history.jsonl'), `${JSON.stringify(row)}\n`);
    for (const [run, values] of Object.entries(scalarsOf(row))) {
      await this.#appendEvent(run, row, values);
    }
  }

  /** A training that goes on writes a file of its own, named by its first epoch; TensorBoard joins the files of a folder. */
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
