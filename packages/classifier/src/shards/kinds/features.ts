import { join } from 'node:path';
import { npyHeader } from '@shroom/formats';
import { requireExportFolder } from '../../exports/folder';
import { featuresOf } from '../../network/logits';
import { viewsOf } from '../../photos/views';
import { csv } from '../../results/predictions';
import type { OpenedClassifier } from '../classifier';
import { classifierFileOf } from '../classifier';
import { checkedPhoto, type ShardPhoto } from '../photos';
import type { Merging, Rower, Rows, WorkPlace } from './kind';
import { linesOf, madeBy, photoOf, reasonOf } from './rows';
import { writeWhole } from './written';

/** A line of the rows of `features`. */
interface FeatureRow {
  readonly photo: string;
  /** The class, or several ones with `|` between them, and the part of the split, if the plan has them. */
  readonly class?: string;
  readonly part?: string;
  /** The features as 32-bit numbers, little-endian, in base64. Absent if the photo could not be read. */
  readonly row?: string;
  readonly error?: string;
}

/** Rows of `features`: those of the unchanged photo from all networks, one after the other. */
export function featureRows(
  { loaded, engine, dispose }: OpenedClassifier,
  { signal }: WorkPlace,
): Rower {
  const { extractors } = loaded.network;
  const [plain] = viewsOf('flips', 1);

  async function rowsOf(photos: readonly ShardPhoto[]): Promise<Rows> {
    const checked = await Promise.all(photos.map(photo => checkedPhoto(photo, false)));
    const good = checked.filter(({ problem }) => problem === undefined).map(photoOf);
    const problems = new Map(
      checked.flatMap(({ photo, problem }) => (problem ? [[`${photo.number}`, problem]] : [])),
    );
    const { features } = await featuresOf(good, extractors, plain!, 0, {
      signal,
      onUnread: error => problems.set(error.sample, reasonOf(error)),
    });
    const width = features.length / Math.max(1, good.length);
    const places = new Map(good.map(({ id }, place) => [id, place]));
    const lines = photos.map(({ entry, number }) => {
      const error = problems.get(`${number}`);
      const place = places.get(`${number}`)!;
      const own = features.slice(place * width, (place + 1) * width);
      const row: FeatureRow = {
        photo: entry.id,
        ...((entry.classes || entry.class) && {
          class: entry.classes?.join('|') ?? entry.class,
        }),
        ...(entry.part && { part: entry.part }),
        ...(error === undefined ? { row: Buffer.from(own.buffer).toString('base64') } : { error }),
      };
      return `${JSON.stringify(row)}\n`;
    });
    return { lines, unread: problems.size };
  }

  return { rowsOf, made: madeBy(engine), dispose: async () => dispose() };
}

/** Writes `features.npy`, `[photos, width]`, whose rows are NaN for photos that could not be read, and `photos.csv`, a row for each. */
export async function mergeFeatures({ plan, out, run, rows, ...work }: Merging): Promise<void> {
  const folder = await requireExportFolder(out, /^(features\.npy|photos\.csv)$/);
  const { extractors } = await classifierFileOf(plan, run, work);
  const width = extractors.reduce((sum, each) => sum + each.width, 0);
  const none = Buffer.from(new Float32Array(width).fill(Number.NaN).buffer);
  async function* array() {
    yield npyHeader([plan.head.photos, width], '<f4');
    for await (const { row } of linesOf<FeatureRow>(rows()))
      yield row === undefined ? none : Buffer.from(row, 'base64');
  }
  async function* table() {
    yield csv([['photo', 'class', 'part', 'error']]);
    for await (const row of linesOf<FeatureRow>(rows()))
      yield csv([[row.photo, row.class ?? '', row.part ?? '', row.error ?? '']]);
  }
  await writeWhole(join(folder, 'features.npy'), array(), work.signal);
  await writeWhole(join(folder, 'photos.csv'), table(), work.signal);
}
