import type { Finding, Sketch } from '@shroom/data';
import {
  collectPhotos,
  type ExaminedPhoto,
  examinePhoto,
  inspect as inspectSet,
} from '@shroom/data/node';
import { writeInspection } from '../../inspect';
import { Meter } from '../../progress';
import { checkedPhoto, photosOf, type ShardPhoto } from '../photos';
import { entriesOf } from '../plan-file';
import type { PlanEntry } from '../schema';
import type { Merging, Rower, Rows, WorkOf } from './kind';
import { linesOf, madeBy } from './rows';

/** A line of the rows of `inspect`. */
type ExaminedRow = { readonly photo: string } & (
  | (Omit<Extract<ExaminedPhoto, { readonly sha256: string }>, 'sketch'> & {
      /** The fields of the sketch in base64. */
      readonly sketch?: Readonly<Record<keyof Sketch, string>>;
    })
  | Extract<ExaminedPhoto, { readonly problem: string }>
);

/** Rows of `inspect`: what is known of each photo by itself. */
export function inspectRows({ copies }: WorkOf<'inspect'>): Rower {
  async function rowOf(photo: ShardPhoto): Promise<ExaminedRow> {
    const { entry, origin } = photo;
    const { problem } = await checkedPhoto(photo, false);
    const found = problem === undefined ? await examinePhoto(origin) : { problem };
    if (found.problem !== undefined) return { photo: entry.id, problem: found.problem };
    const { sketch, ...facts } = found;
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const seen = sketch && { gray: base64(sketch.gray), color: base64(sketch.color) };
    return { photo: entry.id, ...facts, ...(seen && copies === 'auto' && { sketch: seen }) };
  }

  async function rowsOf(
    photos: readonly ShardPhoto[],
    done: (photos: number) => void,
  ): Promise<Rows> {
    const rows: ExaminedRow[] = [];
    let [next, finished] = [0, 0];
    const lane = async () => {
      while (next < photos.length) {
        const index = next++;
        rows[index] = await rowOf(photos[index]!);
        done(++finished);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return {
      lines: rows.map(row => `${JSON.stringify(row)}\n`),
      unread: rows.filter(({ problem }) => problem !== undefined).length,
    };
  }

  return { rowsOf, made: madeBy(), dispose: async () => {} };
}

/** Number of photos that are decoded at the same time. */
const lanes = 8;

/** Writes what `inspect` writes: `inspection.json` and `index.html`. */
export async function mergeInspection(merging: Merging): Promise<void> {
  const { plan, out, root, rows, onProgress, signal } = merging;
  const {
    name,
    findings,
    expected,
    copies,
    what: _,
    ...limits
  } = plan.head.work as WorkOf<'inspect'>;
  const examined = new Map<string, ExaminedPhoto>();
  for await (const row of linesOf<ExaminedRow>(rows())) examined.set(row.photo, examinedOf(row));
  const entries: PlanEntry[] = [];
  for (const shard of plan.head.shards.keys()) entries.push(...(await entriesOf(plan, shard)));
  const photos = photosOf(plan.path, entries, root, 0);
  const known = { examined: (id: string) => examined.get(id) };
  const work = signal ? { signal } : {};
  const listed = {
    candidates: photos.map(({ entry, origin }) => {
      const { id, class: className = '', classes, group, part } = entry;
      return {
        ...{ id, className, origin },
        ...(classes && { classNames: classes }),
        ...(group !== undefined && { group }),
        ...(part && { part }),
      };
    }),
    findings: findings as Finding[],
    ...(expected !== undefined && { expected }),
  };
  const set = await collectPhotos(root, listed, {
    ...{ ...known, ...work, leastPerClass: 1, copies: 'exact' },
  });
  const meter = new Meter('inspecting photos', 'photos', onProgress);
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  const inspection = await inspectSet(set, {
    ...{ ...Object.fromEntries(given), ...known, ...work },
    onProgress: ({ done, total }) => meter.update(done, total),
  });
  await writeInspection(out, inspection, { name, ...set });
}

function examinedOf(row: ExaminedRow): ExaminedPhoto {
  if (row.problem !== undefined) return { problem: row.problem };
  const { photo: _, sketch, ...facts } = row;
  const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
  const seen = sketch && { gray: bytes(sketch.gray), color: bytes(sketch.color) };
  return { ...facts, ...(seen && { sketch: seen }) };
}
