import type { Sketch } from '@shroom/data';
import { type ExaminedPhoto, examinePhoto } from '@shroom/data/node';
import { checkedPhoto, type ShardPhoto } from '../photos';
import type { Rower, Rows } from './kind';
import { madeBy } from './rows';

/** A line of the rows of `inspect` and `hash`. */
export type ExaminedRow = { readonly photo: string } & (
  | (Omit<Extract<ExaminedPhoto, { readonly sha256: string }>, 'sketch'> & {
      /** The fields of the sketch in base64. */
      readonly sketch?: Readonly<Record<keyof Sketch, string>>;
    })
  | Extract<ExaminedPhoto, { readonly problem: string }>
);

/** What is known of each photo by itself. @param sketched Whether rows have the sketches, from which near copies are found. */
export function examinedRows(sketched: boolean): Rower {
  async function rowOf(photo: ShardPhoto): Promise<ExaminedRow> {
    const { entry, origin } = photo;
    const { problem } = await checkedPhoto(photo, false);
    const found = problem === undefined ? await examinePhoto(origin) : { problem };
    if (found.problem !== undefined) return { photo: entry.id, problem: found.problem };
    const { sketch, ...facts } = found;
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const seen = sketch && { gray: base64(sketch.gray), color: base64(sketch.color) };
    return { photo: entry.id, ...facts, ...(seen && sketched && { sketch: seen }) };
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

export function examinedOf(row: ExaminedRow): ExaminedPhoto {
  if (row.problem !== undefined) return { problem: row.problem };
  const { photo: _, sketch, ...facts } = row;
  const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
  const seen = sketch && { gray: bytes(sketch.gray), color: bytes(sketch.color) };
  return { ...facts, ...(seen && { sketch: seen }) };
}

/** A photo of a plan as listed ones are, without a class if it has none. */
export function labeledOf({ entry, origin }: ShardPhoto) {
  const { id, class: className, classes, group, part, columns } = entry;
  return {
    ...{ id, origin },
    ...(className !== undefined && { className }),
    ...(classes && { classNames: classes }),
    ...(group !== undefined && { group }),
    ...(part && { part }),
    ...(columns && { columns }),
  };
}
