import { blockPlan, codeTable, scanState } from '../simd/coding';
import { columnOrder } from '../simd/idct';
import { layOut } from '../simd/layout';
import type { Machine } from '../simd/machine';
import type { JpegHeader } from './header';
import type { HuffmanTable } from './huffman';
import type { ComponentPlan } from './plan';

/** How many bytes the decoder may read after the end of the coded data before it notices that the data has ended. */
export const scanMargin = 4096;

/**
 * Removes the stuffed zeros from the coded data, up to the end of the picture.
 *
 * @param target Buffer with room for the rest of the file and `scanMargin`.
 * @returns The end of each interval between restart markers, or `undefined` if a marker other than a restart marker comes before the
 *   end marker, or if there is no end marker.
 */
export function unstuff(bytes: Uint8Array, from: number, target: Uint8Array): number[] | undefined {
  const ends: number[] = [];
  let length = 0;
  for (let at = from; ; ) {
    const mark = bytes.indexOf(0xff, at);
    if (mark < 0 || mark + 1 >= bytes.length) return undefined;
    const next = bytes[mark + 1]!;
    const kept = bytes.subarray(at, next === 0 ? mark + 1 : mark);
    target.set(kept, length);
    length += kept.length;
    at = mark + 2;
    if (next === 0) continue;
    ends.push(length);
    if (next === 0xd9) {
      target.fill(0, length, length + scanMargin);
      return ends;
    }
    if (next !== 0xd0 + ((ends.length - 1) & 7)) return undefined;
  }
}

/** Natural position (row by row) of each coefficient in the order of the file (zigzag). */
// biome-ignore format: a table
const zigzag = Uint8Array.from([
   0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
  58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]);

/** Position of each coefficient within a block in memory, in bytes, by its natural position. */
const memoryPlace = Uint8Array.from(
  { length: 64 },
  (_, place) => 16 * (place >> 3) + 2 * columnOrder.indexOf(place & 7),
);

/** Bytes of memory that a `UnitReader` needs. */
export const readerBytes = 6 * (4 * blockPlan.size + codeTable.size) + 3 * 256 + 1024;

/** Reads units of blocks into the components' coefficients, at most one row of units at a time. */
export class UnitReader {
  readonly #vectors: Machine;
  readonly #numbers: Int32Array;
  readonly #state: number;
  readonly #plans: number;
  readonly #predecessors: number;
  readonly #end: number;

  /** @param address Address of `readerBytes` bytes of memory. */
  constructor(
    { components }: JpegHeader,
    plans: readonly ComponentPlan[],
    address: number,
    vectors: Machine,
  ) {
    const blocks = components.flatMap(({ across, down }, which) =>
      Array.from({ length: across * down }, (_, place) => ({
        which,
        h: place % across,
        v: Math.floor(place / across),
      })),
    );
    const tables = [...new Set(components.flatMap(({ dc, ac }) => [dc, ac]))];
    const places = layOut([
      scanState.size,
      4 * 3,
      ...[0, 1, 2].map(() => 256),
      ...tables.map(() => codeTable.size),
      4 * blockPlan.size * blocks.length,
    ]).map(place => address + place);
    const [state, predecessors] = places as [number, number];
    const numbers = new Int32Array(vectors.memory(0));
    const addressOf = (table: HuffmanTable) => places[5 + tables.indexOf(table)]!;
    for (const table of tables) numbers.set(table, addressOf(table) / 4);
    components.forEach(({ quantization }, which) => {
      for (let k = 0, at = places[2 + which]! / 4; k < 64; k++) {
        numbers[at + k] = (memoryPlace[zigzag[k]!]! << 16) | quantization[k]!;
      }
    });
    const first = places.at(-2)!;
    blocks.forEach(({ which, h, v }, index) => {
      const at = first / 4 + index * blockPlan.size;
      const { dc, ac, across } = components[which]!;
      const block = v * plans[which]!.blocks + h;
      numbers[at + blockPlan.dc] = addressOf(dc);
      numbers[at + blockPlan.ac] = addressOf(ac);
      numbers[at + blockPlan.quantization] = places[2 + which]!;
      numbers[at + blockPlan.coefficients] = plans[which]!.coefficients + 128 * block;
      numbers[at + blockPlan.extents] = plans[which]!.extents + block;
      numbers[at + blockPlan.predecessor] = predecessors + 4 * which;
      numbers[at + blockPlan.step] = across;
    });
    this.#vectors = vectors;
    this.#numbers = numbers;
    this.#state = state;
    this.#predecessors = predecessors;
    this.#plans = first;
    this.#end = first + 4 * blockPlan.size * blocks.length;
  }

  /** Begins an interval between restart markers. @param address Address of its first byte. */
  begin(address: number): void {
    const state = this.#state / 4;
    this.#numbers.fill(0, state, state + scanState.size / 4);
    this.#numbers[state + scanState.pointer / 4] = address;
    this.#numbers.fill(0, this.#predecessors / 4, this.#predecessors / 4 + 3);
  }

  /** @param end Address after the interval. @returns Whether the data was intact. */
  read(first: number, last: number, end: number): boolean {
    try {
      this.#vectors.routines.scan(this.#state, this.#plans, this.#end, first, last, end);
      return true;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) return false;
      throw error;
    }
  }

  /** Whether an interval that ends at this address was read to its end. */
  hasEnded(end: number): boolean {
    const state = this.#state / 4;
    const bits = this.#numbers[state + scanState.bits / 4]!;
    const left = 8 * (end - this.#numbers[state + scanState.pointer / 4]!) + bits;
    return left >= 0 && left < 8;
  }
}
