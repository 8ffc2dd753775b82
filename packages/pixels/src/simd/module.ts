import { i32, type Routine } from './assembler';
import { unsigned } from './encoding';

/**
 * Assembles a WebAssembly module that exports its routines and a growable `memory` of one page.
 *
 * @throws RangeError when two exports have the same name.
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
export function assemble(routines: readonly Routine[]): Uint8Array<ArrayBuffer> {
  const names = ['memory', ...routines.map(({ name }) => name)];
  if (new Set(names).size < names.length)
    throw new RangeError(`Each export needs its own name. The names are ${names.join(', ')}.`);
  const list = (items: readonly (readonly number[])[]) => [
    ...unsigned(items.length),
    ...items.flat(),
  ];
  const sized = (bytes: readonly number[]) => [...unsigned(bytes.length), ...bytes];
  const section = (id: number, content: readonly number[]) => [id, ...sized(content)];
  const text = (value: string) => sized([...new TextEncoder().encode(value)]);
  const body = ({ locals, code }: Routine) =>
    sized([...list(locals.map(type => [1, type])), ...code, 0x0b]);
  const exported = routines.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      list(routines.map(({ parameters }) => [0x60, ...list(Array(parameters).fill([i32])), 0])),
    ),
    ...section(3, list(routines.map((_, index) => unsigned(index)))),
    ...section(5, list([[0, 1]])),
    ...section(7, list([[...text('memory'), 2, 0], ...exported])),
    ...section(10, list(routines.map(body))),
  ]);
}
