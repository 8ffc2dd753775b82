import { readFile } from 'node:fs/promises';
import type { SavedTensor } from '../training-state';
import { writeAtomically } from './atomic';

/** Plain facts that travel with tensors. */
export type TensorFacts = Readonly<Record<string, string>>;

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, SavedTensor>;
  readonly facts: TensorFacts;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Writes float32 tensors as one safetensors file, whole or not at all.
 * @see https://github.com/huggingface/safetensors#format
 */
export async function writeTensors(
  path: string,
  tensors: ReadonlyMap<string, SavedTensor>,
  facts: TensorFacts,
): Promise<void> {
  const header: Record<string, HeaderEntry | TensorFacts> = { __metadata__: facts };
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const head = Buffer.from(text);
  const bytes = Buffer.alloc(8 + head.length + end);
  bytes.writeBigUInt64LE(BigInt(head.length));
  head.copy(bytes, 8);
  let offset = 8 + head.length;
  for (const { values } of tensors.values()) {
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).copy(bytes, offset);
    offset += values.byteLength;
  }
  await writeAtomically(path, bytes);
}

/** @throws Error when the file is not whole. */
export async function readTensors(path: string): Promise<TensorFile> {
  const bytes = await readFile(path);
  const damaged = (why: string) => new Error(`${path} is not a whole safetensors file: ${why}.`);
  if (bytes.length < 8) throw damaged(`it has ${bytes.length} bytes`);
  const length = Number(bytes.readBigUInt64LE());
  if (8 + length > bytes.length) throw damaged('it ends within its header');
  const { __metadata__: facts = {}, ...entries } = JSON.parse(
    bytes.toString('utf8', 8, 8 + length),
  );
  const tensors = new Map<string, SavedTensor>();
  for (const [name, entry] of Object.entries(entries as Record<string, HeaderEntry>)) {
    const [start, end] = entry.data_offsets;
    if (8 + length + end > bytes.length) throw damaged(`it ends within '${name}'`);
    // A copy, for alignment.
    const data = new Uint8Array(bytes.subarray(8 + length + start, 8 + length + end));
    tensors.set(name, { shape: entry.shape, values: new Float32Array(data.buffer) });
  }
  return { tensors, facts: facts as TensorFacts };
}
