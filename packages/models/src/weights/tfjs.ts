import { ElementTypeError, elementCount, FormatError, type ReadOptions } from '@shroom/formats';
import type { Checkpoint, CheckpointTensor } from './checkpoint';

interface WeightsGroup {
  readonly paths: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: string;
    /** How values are stored in fewer bits. */
    readonly quantization?: { readonly dtype: string };
  }[];
}

/** The parts of a tfjs `model.json` that say where its weights are. */
export interface TfjsModelJson {
  readonly weightsManifest: readonly WeightsGroup[];
}

/** A tfjs `model.json` or its weights are damaged, cut short, or of another model. */
export class TfjsWeightsError extends FormatError {
  override readonly name = 'TfjsWeightsError';
}

/**
 * A `model.json` from its text, as far as its weights go.
 *
 * @throws TfjsWeightsError when it is no JSON, or has no manifest of weights.
 */
export function parseTfjsModel(text: string, { source }: ReadOptions = {}): TfjsModelJson {
  const fail = (why: string, cause?: unknown): never => {
    throw new TfjsWeightsError(`${source ?? 'This'} is no model.json of tfjs: ${why}.`, {
      source,
      cause,
    });
  };
  let json: Partial<TfjsModelJson> | null;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail('it is not JSON', error);
  }
  const groups = json?.weightsManifest;
  const isText = (value: unknown) => typeof value === 'string';
  const isManifest =
    Array.isArray(groups) &&
    groups.every(
      group =>
        Array.isArray(group?.paths) &&
        group.paths.every(isText) &&
        Array.isArray(group.weights) &&
        group.weights.every(
          (weight: Partial<WeightsGroup['weights'][number]> | null) =>
            isText(weight?.name) && isText(weight?.dtype) && Array.isArray(weight?.shape),
        ),
    );
  return isManifest ? (json as TfjsModelJson) : fail('it has no manifest of paths and weights');
}

/**
 * The weights of a tfjs layers-model.
 *
 * @param bytes All the files that the manifest names, one after the other. It is not copied: tensors are views of it.
 * @param options Its `source` is the file of the manifest, for messages.
 * @throws ElementTypeError when a tensor is not float32, or stored in fewer bits.
 * @throws TfjsWeightsError when two tensors have one name, a shape is none, or the manifest and `bytes` have different lengths.
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
      elementCount(shape) ?? fail(`'${name}' has shape [${shape}], no list of whole numbers.`);
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
