import { encodeSafetensorsHeader, toHalf } from '@shroom/formats';
import type { Tensors } from './stored';

/**
 * The number format of stored weights.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const weights: StoredPrecision = 'float16'; // half the size
 * await classifier.export('web', 'site/pets', { weights });
 * ```
 */
export type StoredPrecision = 'float32' | 'float16';

/** Encodes tensors as a safetensors file. With `float16`, tensors with one axis (biases and norms) stay 32-bit. */
export function encodeTensors(tensors: Tensors, precision: StoredPrecision): Uint8Array {
  const isHalf = (shape: readonly number[]) => precision === 'float16' && shape.length > 1;
  const specs = [...tensors].map(
    ([name, { shape }]) => ({ name, shape, dtype: isHalf(shape) ? 'F16' : 'F32' }) as const,
  );
  const { bytes, entries, fileBytes } = encodeSafetensorsHeader(specs);
  const file = new Uint8Array(fileBytes);
  file.set(bytes);
  for (const { name, shape, start } of entries) {
    const { values } = tensors.get(name)!;
    const { buffer, byteOffset, byteLength } = isHalf(shape) ? toHalf(values) : values;
    file.set(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength), start);
  }
  return file;
}
