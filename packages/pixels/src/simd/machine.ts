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

/** Vector instructions, and the memory that they work on. Made once in each thread. */
export interface Machine {
  readonly routines: Readonly<Record<Name, (...values: number[]) => void>>;
  /** At least so many bytes of memory; what was there is kept, views of before are not. */
  memory(bytes: number): ArrayBuffer;
}

const pageBytes = 65536;
let made: Machine | 'none' | undefined;

/**
 * `undefined` where WebAssembly lacks vectors, or a page's policy forbids it: what uses it computes the same without, more
 * slowly.
 */
export function machine(): Machine | undefined {
  made ??= make() ?? 'none';
  return made === 'none' ? undefined : made;
}

/**
 * Whether WebAssembly has vector instructions here. Without them `decodeJpeg` and `decodeJpegTo` return `undefined`, and
 * `resize` is slower; its bytes are the same.
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
