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
import type { MapName } from '../explaining/heat-map';
import { EpochMaps } from './epoch-maps';
import { historyRow } from './history-row';
import { checkpointFolders } from './training';

/**
 * What a run keeps of every epoch: a row of the history, and how the heat map of one photo changed. The epochs of
 * fine-tuning count on from those of the head.
 */
export class TrainingLog {
  readonly #out: string;
  readonly #history: HistoryLog;
  readonly #maps: EpochMaps;
  #classifier: Restorable | undefined;
  /** Epochs before those of what is trained now. */
  #before = 0;

  private constructor(out: string, history: HistoryLog, maps: EpochMaps) {
    this.#out = out;
    this.#history = history;
    this.#maps = maps;
  }

  /** @param resumed Goes on with the epochs that the checkpoints hold. */
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

  /** @param isHead Whether the head alone is trained, on features that are at hand. */
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
    // Feature maps would have to be read from the disk and run through once more.
    const accuracy =
      isHead && 'values' in data.train
        ? (await evaluateOn(classifier, data.train, data.classes)).accuracy
        : undefined;
    const epoch = this.#before + report.epoch;
    await this.#history.append({ ...historyRow(report, accuracy), epoch });
    await this.#maps.record(epoch);
  }

  /** Brings the files up to date where nothing was left to train. */
  save(): Promise<void> {
    return this.#history.save();
  }

  pictures(): Promise<EpochPicture[]> {
    return this.#maps.pictures();
  }
}

/** Rows of the epochs that the checkpoints hold, with what the log knows of them besides. */
async function rowsSoFar(out: string): Promise<HistoryRow[]> {
  const text = await readFile(join(out, 'history.jsonl'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter(Boolean);
  const logged = new Map<number, HistoryRow>();
  for (const line of lines) {
    // A line that was cut short by a power cut is told again by the checkpoints.
    try {
      const row = JSON.parse(line) as HistoryRow;
      logged.set(row.epoch, row);
    } catch {}
  }
  const [head, finetuned] = await Promise.all(
    [checkpointFolders.head, checkpointFolders.finetuned].map(folder =>
      // Absent until its first epoch is done.
      historyOf(join(out, folder)).catch(() => []),
    ),
  );
  const records = [
    ...head!,
    ...finetuned!.map(record => ({ ...record, epoch: head!.length + record.epoch })),
  ];
  return records.map(record => logged.get(record.epoch) ?? historyRow(record));
}
