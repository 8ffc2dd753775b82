import type { Photo } from '@shroom/data';
import type { SampleError } from '@shroom/data/node';
import type { Engine } from '../../engine/engine';
import type { ClassifierFile } from '../../file/schema';
import { computesInt8, precisionOf } from '../../network/precision';
import type { CheckedPhoto } from '../photos';

/** The photos of a block without copies, and why others cannot be read. */
export interface DistinctPhotos {
  /** The id of each is its number in the plan. */
  readonly firsts: readonly Photo[];
  /** For each photo that can be read, by its number, the place of its first copy in `firsts`. */
  readonly placeOf: ReadonlyMap<string, number>;
  /** Reasons by the numbers of photos. */
  readonly problems: Map<string, string>;
}

/**
 * Checked photos as the networks take them. Random views of a photo depend on how many copies came before it, so copies are computed once,
 * wherever they are.
 *
 * @param hashed Whether the photos have hashes, without which no copies are found.
 */
export function distinctPhotos(checked: readonly CheckedPhoto[], hashed: boolean): DistinctPhotos {
  const firsts: Photo[] = [];
  const placeOf = new Map<string, number>();
  const problems = new Map<string, string>();
  const places = new Map<string, number>();
  for (const { photo, sha256 = '', problem } of checked) {
    const id = `${photo.number}`;
    if (problem !== undefined) {
      problems.set(id, problem);
      continue;
    }
    const key = hashed ? sha256 : id;
    const place = places.get(key) ?? firsts.length;
    if (place === firsts.length) firsts.push({ id, label: 0, sha256, origin: photo.origin });
    places.set(key, place);
    placeOf.set(id, place);
  }
  return { firsts, placeOf, problems };
}

/** Why a photo could not be read, without its number. */
export const reasonOf = ({ sample, message }: SampleError): string =>
  message.startsWith(`${sample}: `) ? message.slice(sample.length + 2) : message;

/** The engine, the precision if it is not that of 32 bits, and the machine: what the last bits of a result may depend on. */
export const madeBy = (engine?: Pick<Engine, 'identity'>, file?: ClassifierFile): string =>
  [
    ...(engine ? [engine.identity] : []),
    ...(file && computesInt8(file) ? [precisionOf(file)] : []),
    `node ${process.versions.node}`,
    `${process.platform} ${process.arch}`,
  ].join('; ');

/** The values of JSON lines. @param pieces Pieces of any length. */
export async function* linesOf<Row>(
  pieces: AsyncIterable<Buffer>,
): AsyncGenerator<Row, void, undefined> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as Row;
  }
}
