import type { HostArray, NumericType } from './node';

/** Smaller arrays are cheaper to make than to look after. */
const smallest = 1024;

/**
 * Arrays of tensors that nobody holds any more, kept for the next run: a training step gives back as much memory as it
 * asks for, and fresh memory has to be cleared and mapped.
 */
export class BufferPool {
  readonly #free = new Map<string, HostArray[]>();
  #held = 0;
  readonly #limit: number;

  /** @param limit most bytes that are kept unused. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** An array of arbitrary content. */
  take(dtype: NumericType, length: number): HostArray {
    const array = this.#free.get(`${dtype}${length}`)?.pop();
    if (array === undefined) return allocate(dtype, length);
    this.#held -= array.byteLength;
    return array;
  }

  /** Gives an array back that nothing else refers to. */
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

/** Values as the array that their dtype is kept in; not copied where they are one already. */
export function asTyped(values: HostArray | readonly number[], dtype: NumericType): HostArray {
  if (dtype === 'float32')
    return values instanceof Float32Array ? values : Float32Array.from(values);
  if (dtype === 'int32') return values instanceof Int32Array ? values : Int32Array.from(values);
  return values instanceof Uint8Array ? values : Uint8Array.from(values);
}
