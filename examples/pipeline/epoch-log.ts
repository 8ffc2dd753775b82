import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HistoryRow } from '@shroom/train';
import { checkpointFiles, HistoryLog, historyOf } from '@shroom/train/node';
import { historyRow } from './results';

/**
 * The history of a training, which goes on where its checkpoints are. They are what counts: an epoch that the log has and
 * they have not is trained again, and one whose end was cut off before it was logged is told by what they know.
 */
export async function openLog(folder: string, checkpoints: string): Promise<HistoryLog> {
  if (!existsSync(join(checkpoints, checkpointFiles.last))) return HistoryLog.open(folder);
  const text = await readFile(join(folder, 'history.jsonl'), 'utf8').catch(() => '');
  const logged = new Map<number, HistoryRow>();
  for (const line of text.split('\n').filter(Boolean)) {
    const row = rowOf(line);
    if (row) logged.set(row.epoch, row);
  }
  const records = await historyOf(checkpoints);
  return HistoryLog.open(
    folder,
    records.map(record => logged.get(record.epoch) ?? historyRow(record)),
  );
}

/** Undefined for a line that was cut off. */
function rowOf(line: string): HistoryRow | undefined {
  try {
    return JSON.parse(line) as HistoryRow;
  } catch {
    return undefined;
  }
}
