import { ElementTypeError, elementCount, type ReadOptions } from '@shroom/formats';
import type { Checkpoint, CheckpointTensor } from './checkpoint';
import { type TfjsModelJson, TfjsWeightsError } from './tfjs-manifest';

/**
 * Reads the weights of a tfjs layers-model.
 *
 * @param bytes All files of the manifest, concatenated. They are not copied: tensors are views of them.
 * @param options Its `source` is the file of the manifest, for error messages.
 * @throws ElementTypeError when a tensor is not float32, or is stored in fewer bits.
 * @throws TfjsWeightsError when two tensors have the same name, when a shape is invalid, or when the
 * manifest and `bytes` have different lengths.
 * @example
 * ```ts
 * const response = await fetch('https://example.org/model.json');
 * const json = parseTfjsModel(await response.text(), { source: 'model.json' });
 * const weights = await fetch('https://example.org/group1-shard1of1.bin');
 * const checkpoint = readTfjsWeights(json, await weights.arrayBuffer());
 * ```
 */
export function readTfjsWeights(
  json: TfjsModelJson,
  bytes: ArrayBuffer,
  { source }: ReadOptions = {},
): Checkpoint {
  const of = source === undefined ? '' : `${source}: `;
  const fail = (why: string): never => {
    throw new TfjsWeightsError(`${of}${why}`, { source });
  };
  const checkpoint = new Map<string, CheckpointTensor>();
  const weights = json.weightsManifest.flatMap(group => group.weights);
  let offset = 0;
  for (const { name, shape, dtype, quantization } of weights) {
    const stored = dtype === 'float32' ? (quantization?.dtype ?? dtype) : dtype;
    if (stored !== 'float32') {
      const message = `${of}'${name}' is ${stored}; only float32 weights can be read.`;
      throw new ElementTypeError(message, { source });
    }
    if (checkpoint.has(name))
      fail(`the manifest names two tensors '${name}'. Train again, and write the model again.`);
    const size =
      elementCount(shape) ??
      fail(`'${name}' has shape [${shape}], which is not a list of integers.`);
    const end = offset + size * Float32Array.BYTES_PER_ELEMENT;
    if (end > bytes.byteLength) break;
    const values = new Float32Array(bytes, offset, size);
    checkpoint.set(name, { shape, read: async () => values });
    offset = end;
  }
  if (checkpoint.size !== weights.length || offset !== bytes.byteLength)
    fail(
      `the manifest names ${weights.length} tensors; ${checkpoint.size} of them and ${offset} bytes were found in ${bytes.byteLength} bytes. ` +
        'The weights are cut short or of another model.',
    );
  return checkpoint;
}
