import type { Photo } from '@shroom/data';
import type { SampleError } from '@shroom/data/node';
import type { Engine } from '../../engine/engine';
import type { CheckedPhoto } from '../photos';

/** A checked photo as the networks take it. Its id is its number in the plan. */
export const photoOf = ({ photo, sha256 = '' }: CheckedPhoto): Photo => ({
  ...{ id: `${photo.number}`, label: 0, sha256, origin: photo.origin },
});

/** Why a photo could not be read, without its number. */
export const reasonOf = ({ sample, message }: SampleError): string =>
  message.startsWith(`${sample}: `) ? message.slice(sample.length + 2) : message;

/** The engine and the machine: what the last bits of a result may depend on. */
export const madeBy = (engine?: Pick<Engine, 'identity'>): string =>
  [
    ...(engine ? [engine.identity] : []),
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
