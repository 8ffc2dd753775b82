import { toRgb, upsampledToRgb } from './color';
import { gather } from './gathering';
import { idct, idctHalved } from './idct';
import { assemble } from './module';
import { across, acrossOne, acrossTwo, down, downOne, downTwo } from './resampling';
import { scan } from './scanning';

const all = [
  ...[across, acrossOne, acrossTwo, down, downOne, downTwo],
  ...[scan, idct, idctHalved, toRgb, upsampledToRgb, gather],
];
type Name =
  | `${'across' | 'down'}${'' | 'One' | 'Two'}`
  | ('scan' | 'idct' | 'idctHalved' | 'toRgb' | 'upsampledToRgb' | 'gather');

/** The compiled vector routines and their memory. Each thread makes one machine. */
export interface Machine {
  readonly routines: Readonly<Record<Name, (...values: number[]) => void>>;
  /** Grows the memory to at least this many bytes. Its content is kept, but earlier views of the memory become invalid. */
  memory(bytes: number): ArrayBuffer;
}

const pageBytes = 65536;
let made: Machine | 'none' | undefined;

/**
 * Returns the machine, or `undefined` if WebAssembly has no vector instructions here or a page's policy forbids it. Callers then compute
 * the same result without vectors, more slowly.
 */
export function machine(): Machine | undefined {
  made ??= make() ?? 'none';
  return made === 'none' ? undefined : made;
}

/**
 * Whether WebAssembly has vector instructions here. Without them `decodeJpeg` and `decodeJpegTo` return `undefined`, and
 * `resize` is slower but returns the same bytes.
 *
 * @example
 * ```ts
 * if (!hasVectors()) console.warn('JPEGs are left to the browser, whose pixels may differ a little.');
 * ```
 */
export const hasVectors = (): boolean => machine() !== undefined;

function make(): Machine | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  let exports: WebAssembly.Exports;
  try {
    ({ exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(all))));
  } catch {
    return undefined;
  }
  const memory = exports.memory as WebAssembly.Memory;
  return {
    routines: exports as unknown as Machine['routines'],
    memory: bytes => {
      const lacking = bytes - memory.buffer.byteLength;
      if (lacking > 0) memory.grow(Math.ceil(lacking / pageBytes));
      return memory.buffer;
    },
  };
}
