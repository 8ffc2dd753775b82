import { readFile } from 'node:fs/promises';
import { type Tensor, tensor, type Variable } from '@tensorflow/tfjs-core';
import type { AdamState } from '../adam';
import type { Trainable } from '../fit';
import { writeAtomically } from './atomic';

/** Any model whose weights can be listed and set: a `tf.LayersModel` is one. */
export interface Restorable extends Trainable {
  readonly weights: readonly {
    readonly originalName: string;
    read(): Tensor;
    write(value: Tensor): unknown;
  }[];
}

/** Plain facts that travel with the weights. */
export type CheckpointFacts = Readonly<Record<string, string>>;

/**
 * Saves all weights, and the optimiser's averages where one is given, as one safetensors file, atomically.
 *
 * @param facts Kept in the file's metadata.
 * @see https://github.com/huggingface/safetensors#format
 */
export async function saveCheckpoint(
  path: string,
  model: Restorable,
  facts: CheckpointFacts,
  optimiser?: AdamState,
): Promise<void> {
  const tensors: [string, Tensor][] = model.weights.map(weight => [
    weight.originalName,
    weight.read(),
  ]);
  if (optimiser) {
    for (const weight of model.weights) {
      const averages = optimiser.averages.get((weight.read() as Variable).name);
      if (!averages) continue;
      tensors.push([`optimiser/first/${weight.originalName}`, averages.first]);
      tensors.push([`optimiser/second/${weight.originalName}`, averages.second]);
    }
  }
  const metadata = optimiser ? { ...facts, 'optimiser.step': String(optimiser.step) } : facts;
  await writeAtomically(path, await encodeSafetensors(tensors, metadata));
}

/**
 * Puts the weights of a checkpoint back into a model of the same shape.
 *
 * @returns The facts that were saved with it.
 * @throws Error when the file is damaged, or when a weight is missing or has another shape; the model is unchanged then.
 */
export async function loadCheckpoint(path: string, model: Restorable): Promise<CheckpointFacts> {
  const { tensors, metadata } = decodeSafetensors(await readFile(path), path);
  const found = model.weights.map(weight => {
    const shape = weight.read().shape;
    const entry = tensors.get(weight.originalName);
    if (!entry || String(entry.shape) !== String(shape)) {
      throw new Error(
        `${path}: '${weight.originalName}' should have shape [${shape}], the checkpoint has ${entry ? `[${entry.shape}]` : 'no such tensor'}. ` +
          'Is it of a model with another number of classes?',
      );
    }
    return entry;
  });
  model.weights.forEach((weight, index) => {
    const value = tensor(found[index]!.values, [...found[index]!.shape]);
    weight.write(value);
    value.dispose();
  });
  return metadata;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

async function encodeSafetensors(
  tensors: readonly [string, Tensor][],
  metadata: CheckpointFacts,
): Promise<Uint8Array> {
  const header: Record<string, HeaderEntry | CheckpointFacts> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, size }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + 4 * size] };
    end += 4 * size;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const head = Buffer.from(text);
  const bytes = Buffer.alloc(8 + head.length + end);
  bytes.writeBigUInt64LE(BigInt(head.length));
  head.copy(bytes, 8);
  let offset = 8 + head.length;
  for (const [, value] of tensors) {
    const values = (await value.data()) as Float32Array;
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).copy(bytes, offset);
    offset += values.byteLength;
  }
  return bytes;
}

function decodeSafetensors(bytes: Buffer, path: string) {
  const damaged = (why: string) => new Error(`${path} is not a whole safetensors file: ${why}.`);
  if (bytes.length < 8) throw damaged(`it has ${bytes.length} bytes`);
  const length = Number(bytes.readBigUInt64LE());
  if (8 + length > bytes.length) throw damaged('it ends within its header');
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(
    bytes.toString('utf8', 8, 8 + length),
  );
  const tensors = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const [name, { shape, data_offsets }] of Object.entries(
    entries as Record<string, HeaderEntry>,
  )) {
    const [start, end] = data_offsets;
    if (8 + length + end > bytes.length) throw damaged(`it ends within '${name}'`);
    // A copy, for alignment.
    const data = new Uint8Array(bytes.subarray(8 + length + start, 8 + length + end));
    tensors.set(name, { shape, values: new Float32Array(data.buffer) });
  }
  return { tensors, metadata: metadata as CheckpointFacts };
}
