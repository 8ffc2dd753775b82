import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyManifest, type Inspection, parseManifest } from '@shroom/data';
import {
  inspect as inspectSet,
  type InspectOptions as Limits,
  renderInspection,
} from '@shroom/data/node';
import { writeAtomically } from '@shroom/train/node';
import { requireKnownColumns, type TableColumns } from './options';
import { type NamedPhotos, openSet } from './photos/open-set';
import { Meter, type OnProgress } from './progress';
import { ofTheResult } from './run/disk';
import type { TrainingPhotos } from './training/work';

export interface InspectOptions
  extends Omit<Limits, 'split' | 'onProgress' | 'decoding' | 'examined'> {
  /** The `split.json` of a run on the same photos. If given, photos that occur in two parts of the split are also found. */
  readonly split?: string;
  /** Unusual names of a table's columns, and the separator between several classes in a cell. */
  readonly columns?: TableColumns;
  /** A folder for `inspection.json` and for `index.html`, which shows the photos and the problems. Default: nothing is written. */
  readonly out?: string;
  readonly onProgress?: OnProgress;
}

/**
 * Finds problems in a set of photos before training: unreadable and odd photos, duplicates, identical photos with different classes, and,
 * if a split is given, photos in two of its parts. No photo is changed.
 *
 * @throws PhotoSetError when there are no photos. SplitError when the split belongs to other photos. RunFolderError when the disk does not
 *   take the result.
 * @example
 * ```ts
 * const { concerns, duplicates } = await inspect('photos', { out: 'inspection' });
 * for (const { kind, subject, reason } of concerns) console.log(`${kind}: ${subject}, ${reason}`);
 * ```
 */
export async function inspect(
  photos: TrainingPhotos,
  options: InspectOptions = {},
): Promise<Inspection> {
  const { split: file, columns, out, onProgress, signal, ...limits } = options;
  requireKnownColumns(columns);
  const work = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const set = await openSet(
    photos,
    {
      group: 'none',
      ...(columns && { columns }),
      // A run leaves out classes with few photos, so the split of the run does not contain these classes.
      ...(file === undefined && { leastPerClass: 1 }),
    },
    work,
  );
  const split = file && applyManifest(parseManifest(await readFile(file, 'utf8')), set);
  const meter = new Meter('inspecting photos', 'photos', onProgress);
  const inspection = await inspectSet(set, {
    ...limits,
    ...(signal && { signal }),
    ...(split && { split }),
    onProgress: ({ done, total }) => meter.update(done, total),
  });
  if (out !== undefined)
    await writeInspection(out, inspection, set).catch(error => {
      throw ofTheResult(out, error);
    });
  return inspection;
}

/** Writes `inspection.json`, and `index.html`, which shows the photos and the problems. */
export async function writeInspection(
  out: string,
  inspection: Inspection,
  set: NamedPhotos,
): Promise<void> {
  const page = await renderInspection(inspection, set, { title: `Inspection of ${set.name}` });
  await writeAtomically(join(out, 'index.html'), page);
  const json = `${JSON.stringify(inspection, null, 1)}\n`;
  await writeAtomically(join(out, 'inspection.json'), json);
}
