import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Photo } from '@shroom/data';
import {
  type EpochPicture,
  type EpochReport,
  evaluateOn,
  type HistoryRow,
  type TrainingData,
} from '@shroom/train';
import { HistoryLog, historyOf, type Restorable } from '@shroom/train/node';
import type { Explainer } from '../explaining/explainer';
import type { MapName } from '../explaining/map-names';
import { EpochMaps } from './epoch-maps';
import { historyRow } from './history-row';
import { checkpointFolders } from './training';

/**
 * Records every epoch of a run: a row of the history and, for some epochs, the heat map of one photo. Epochs of the fine-tuning are
 * numbered after those of the head.
 */
export class TrainingLog {
  readonly #out: string;
  readonly #history: HistoryLog;
  readonly #maps: EpochMaps;
  #classifier: Restorable | undefined;
  /** Number of epochs before the current phase. */
  #before = 0;

  private constructor(out: string, history: HistoryLog, maps: EpochMaps) {
    this.#out = out;
    this.#history = history;
    this.#maps = maps;
  }

  /** Opens the log of a run. @param resumed Whether to continue after the epochs in the checkpoints. */
  static async open(
    out: string,
    photo: Photo,
    explainer: Explainer,
    size: readonly [number, number],
    map: MapName,
    resumed: boolean,
  ): Promise<TrainingLog> {
    const rows = resumed ? await rowsSoFar(out) : [];
    const maps = await EpochMaps.open(out, photo, explainer, size, map, resumed);
    return new TrainingLog(out, await HistoryLog.open(out, rows), maps);
  }

  get rows(): readonly HistoryRow[] {
    return this.#history.rows;
  }

  /** Records an epoch. @param isHead Whether only the head is trained, on cached features. */
  async record(
    report: EpochReport,
    classifier: Restorable,
    data: TrainingData,
    isHead: boolean,
  ): Promise<void> {
    if (classifier !== this.#classifier) {
      this.#before = isHead ? 0 : (await historyOf(join(this.#out, checkpointFolders.head))).length;
      this.#classifier = classifier;
    }
    // The accuracy is not computed on feature maps: they would have to be read from disk and run through the network again.
    const accuracy =
      isHead && 'values' in data.train
        ? (await evaluateOn(classifier, data.train, data.classes)).accuracy
        : undefined;
    const epoch = this.#before + report.epoch;
    await this.#history.append({ ...historyRow(report, accuracy), epoch });
    await this.#maps.record(epoch, isHead);
  }

  /** Updates the files if no epoch was left to train. */
  save(): Promise<void> {
    return this.#history.save();
  }

  /** Frees memory after the last epoch, also if the training has failed. */
  release(): void {
    this.#maps.release();
  }

  pictures(): Promise<EpochPicture[]> {
    return this.#maps.pictures();
  }
}

/** Rows of the epochs in the checkpoints, merged with the additional figures in the log file. */
async function rowsSoFar(out: string): Promise<HistoryRow[]> {
  const text = await readFile(join(out, 'history.jsonl'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter(Boolean);
  const logged = new Map<number, HistoryRow>();
  for (const line of lines) {
    // An incomplete line, for example after a power failure, is skipped: the checkpoints have its epoch.
    try {
      const row = JSON.parse(line) as HistoryRow;
      logged.set(row.epoch, row);
    } catch {}
  }
  const [head, finetuned] = await Promise.all(
    [checkpointFolders.head, checkpointFolders.finetuned].map(folder =>
      // The file does not exist until the first epoch is done.
      historyOf(join(out, folder)).catch(() => []),
    ),
  );
  const records = [
    ...head!,
    ...finetuned!.map(record => ({ ...record, epoch: head!.length + record.epoch })),
  ];
  return records.map(record => logged.get(record.epoch) ?? historyRow(record));
}
