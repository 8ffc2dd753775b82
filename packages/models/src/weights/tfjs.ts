import type { Checkpoint, CheckpointTensor } from './checkpoint';

interface WeightsGroup {
  readonly paths: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: string;
  }[];
}

/** The parts of a tfjs `model.json` that say where its weights are. */
export interface TfjsModelJson {
  readonly weightsManifest: readonly WeightsGroup[];
}

/**
 * The weights of a tfjs layers-model.
 *
 * @param bytes All the files that the manifest names, one after the other. It is not copied: tensors are views of it.
 * @throws Error when a tensor is not float32, when two have one name, or when the manifest and `bytes` have different lengths.
 */
export function readTfjsWeights(json: TfjsModelJson, bytes: ArrayBuffer): Checkpoint {
  const checkpoint = new Map<string, CheckpointTensor>();
  let offset = 0;
  for (const { name, shape, dtype } of json.weightsManifest.flatMap(group => group.weights)) {
    if (dtype !== 'float32')
      throw new Error(`'${name}' is ${dtype}; only float32 weights can be read.`);
    const size = shape.reduce((product, side) => product * side, 1);
    const end = offset + size * Float32Array.BYTES_PER_ELEMENT;
    if (end > bytes.byteLength) break;
    if (checkpoint.has(name))
      throw new Error(
        `The manifest names two tensors '${name}': weights of one name, as an older version could write them. Train again, and write the model again.`,
      );
    const values = new Float32Array(bytes, offset, size);
    checkpoint.set(name, { shape, read: async () => values });
    offset = end;
  }
  const count = json.weightsManifest.flatMap(group => group.weights).length;
  if (checkpoint.size !== count || offset !== bytes.byteLength) {
    throw new Error(
      `The manifest names ${count} tensors; ${checkpoint.size} of them and ${offset} bytes were found in ${bytes.byteLength} bytes. ` +
        'The weights are cut short or of another model.',
    );
  }
  return checkpoint;
}
