import { join } from 'node:path';
import { npyHeader, toHalf } from '@shroom/formats';
import { requireExportFolder } from '../../exports/folder';
import { featuresOf } from '../../network/logits';
import { viewsOf } from '../../photos/views';
import { csv } from '../../results/predictions';
import type { OpenedClassifier } from '../classifier';
import { classifierFileOf } from '../classifier';
import { checkedPhoto, type ShardPhoto } from '../photos';
import type { Merging, Rower, Rows, WorkOf, WorkPlace } from './kind';
import { distinctPhotos, linesOf, madeBy, reasonOf } from './rows';
import { writeWhole } from './written';

/** A line of the rows of `features`. */
interface FeatureRow {
  readonly photo: string;
  /** The class, or all classes where photos may have several, and the part of the split, if the plan has them. */
  readonly class?: string;
  readonly classes?: readonly string[];
  readonly part?: string;
  /** The features of all views as they are stored, little-endian, in base64. Absent if the photo could not be read. */
  readonly row?: string;
  readonly error?: string;
}

/** How numbers are stored, by the name of their type. */
const types = {
  float32: { npy: '<f4', stored: (numbers: Float32Array) => numbers },
  float16: { npy: '<f2', stored: toHalf },
} as const;

/** Rows of `features`: those of the photo's views, each from all networks, one after the other. */
export function featureRows(
  { views, augment, dtype }: WorkOf<'features'>,
  { loaded, engine, dispose }: OpenedClassifier,
  { signal }: WorkPlace,
): Rower {
  const { extractors } = loaded.network;
  const width = extractors.reduce((sum, each) => sum + each.width, 0);
  const seen = viewsOf(augment, views);
  const hashed = views > 1;

  async function rowsOf(
    photos: readonly ShardPhoto[],
    done: (photos: number) => void,
  ): Promise<Rows> {
    const { firsts, problems, placeOf } = distinctPhotos(
      await Promise.all(photos.map(photo => checkedPhoto(photo, hashed))),
      hashed,
    );
    const all = new Float32Array(firsts.length * views * width);
    for (const [view, each] of seen.entries()) {
      const { features } = await featuresOf(firsts, extractors, each, view, {
        signal,
        onUnread: error => problems.set(error.sample, reasonOf(error)),
      });
      for (let place = 0; place < firsts.length; place++)
        all.set(
          features.subarray(place * width, (place + 1) * width),
          (place * views + view) * width,
        );
      done(Math.floor(((view + 1) / views) * photos.length));
    }
    let unread = 0;
    const lines = photos.map(({ entry, number }) => {
      const place = placeOf.get(`${number}`);
      const of = place === undefined ? `${number}` : firsts[place]!.id;
      const problem = problems.get(of);
      const cell =
        problem === undefined
          ? storedFeatures(all.slice(place! * views * width, (place! + 1) * views * width), dtype)
          : { error: problem };
      if ('error' in cell) unread++;
      const row: FeatureRow = {
        photo: entry.id,
        ...(entry.classes ? { classes: entry.classes } : entry.class && { class: entry.class }),
        ...(entry.part && { part: entry.part }),
        ...cell,
      };
      return `${JSON.stringify(row)}\n`;
    });
    return { lines, unread };
  }

  return { rowsOf, made: madeBy(engine, loaded.file), dispose: async () => dispose() };
}

/** The least number that float16 rounds to infinity. */
const leastTooLarge = 65_520;

/** The features of a photo as they are stored, in base64, or why they cannot be: no training can use numbers that are not finite. */
export function storedFeatures(
  features: Float32Array,
  dtype: keyof typeof types,
): { readonly row: string } | { readonly error: string } {
  const odd = features.find(value => !Number.isFinite(value));
  if (odd !== undefined)
    return {
      error: `the network computes ${odd} for it; look at its weights, or try another engine`,
    };
  if (dtype === 'float16' && features.some(value => Math.abs(value) >= leastTooLarge))
    return { error: 'has features that are too large for float16; plan with float32' };
  return { row: Buffer.from(types[dtype].stored(features).buffer).toString('base64') };
}

/**
 * Writes `features.npy`, `[photos, width]`, or `[photos, views, width]` if there are several views, whose rows are NaN for photos that could
 * not be read, and `photos.csv`, a row for each. Where photos may have several classes, their cell is a list in JSON, as a name may have any
 * character.
 */
export async function mergeFeatures({ plan, out, run, rows, ...work }: Merging): Promise<void> {
  const folder = await requireExportFolder(out, /^(features\.npy|photos\.csv)$/);
  const { views, dtype } = plan.head.work as WorkOf<'features'>;
  const { extractors } = await classifierFileOf(plan, run, work);
  const width = extractors.reduce((sum, each) => sum + each.width, 0);
  const { npy, stored } = types[dtype];
  const none = Buffer.from(stored(new Float32Array(views * width).fill(Number.NaN)).buffer);
  async function* array() {
    yield npyHeader([plan.head.photos, ...(views > 1 ? [views] : []), width], npy);
    for await (const { row } of linesOf<FeatureRow>(rows()))
      yield row === undefined ? none : Buffer.from(row, 'base64');
  }
  async function* table() {
    yield csv([['photo', 'class', 'part', 'error']]);
    for await (const row of linesOf<FeatureRow>(rows())) {
      const name = row.classes ? JSON.stringify(row.classes) : row.class;
      yield csv([[row.photo, name ?? '', row.part ?? '', row.error ?? '']]);
    }
  }
  await writeWhole(join(folder, 'features.npy'), array(), work.signal);
  await writeWhole(join(folder, 'photos.csv'), table(), work.signal);
}
