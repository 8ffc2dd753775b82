import type { HostArray, NumericType } from './node';

/** Smaller arrays are cheaper to allocate than to manage. */
const smallest = 1024;

/**
 * Arrays of tensors that are no longer used, kept for the next run. A training step frees as much memory as it allocates,
 * and new memory has to be cleared and mapped.
 */
export class BufferPool {
  readonly #free = new Map<string, HostArray[]>();
  #held = 0;
  readonly #limit: number;

  /** @param limit Maximum number of unused bytes to keep. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns an array with arbitrary content. */
  take(dtype: NumericType, length: number): HostArray {
    const array = this.#free.get(`${dtype}${length}`)?.pop();
    if (array === undefined) return allocate(dtype, length);
    this.#held -= array.byteLength;
    return array;
  }

  /** Returns an array to the pool. Nothing else may refer to it. */
  give(dtype: NumericType, array: HostArray): void {
    if (array.length < smallest || this.#held + array.byteLength > this.#limit) return;
    const key = `${dtype}${array.length}`;
    const list = this.#free.get(key);
    if (list === undefined) this.#free.set(key, [array]);
    else list.push(array);
    this.#held += array.byteLength;
  }

  clear(): void {
    this.#free.clear();
    this.#held = 0;
  }
}

function allocate(dtype: NumericType, length: number): HostArray {
  if (dtype === 'float32') return new Float32Array(length);
  return dtype === 'int32' ? new Int32Array(length) : new Uint8Array(length);
}

/** Converts values to the array type of their dtype, without copying if they have it already. */
export function asTyped(values: HostArray | readonly number[], dtype: NumericType): HostArray {
  if (dtype === 'float32')
    return values instanceof Float32Array ? values : Float32Array.from(values);
  if (dtype === 'int32') return values instanceof Int32Array ? values : Int32Array.from(values);
  return values instanceof Uint8Array ? values : Uint8Array.from(values);
}
