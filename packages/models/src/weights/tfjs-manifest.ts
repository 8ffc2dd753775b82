import { elementCount, FormatError, type ReadOptions } from '@shroom/formats';
import { isBeside } from './file-names';

/**
 * One tensor of a manifest.
 *
 * @example
 * ```ts
 * const { weightsManifest } = parseTfjsModel('{ "weightsManifest": [] }');
 * const entries: WeightsEntry[] = weightsManifest.flatMap(({ weights }) => weights);
 * entries.filter(({ quantization }) => quantization).length; // tensors in fewer than 32 bits
 * ```
 */
export interface WeightsEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** How values are stored in fewer bits. */
  readonly quantization?: {
    readonly dtype: string;
    readonly scale?: number;
    readonly min?: number;
  };
}

interface WeightsGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightsEntry[];
}

/** The parts of a tfjs `model.json` that say where its weights are. */
export interface TfjsModelJson {
  readonly weightsManifest: readonly WeightsGroup[];
}

/**
 * Thrown when a tfjs `model.json` or its weights are damaged, cut short, or belong to another model.
 *
 * @example
 * ```ts
 * try {
 *   await readTfjsModel('model/model.json');
 * } catch (error) {
 *   if (!(error instanceof TfjsWeightsError)) throw error;
 *   console.error(`${error.source} has to be downloaded again: ${error.message}`);
 * }
 * ```
 */
export class TfjsWeightsError extends FormatError {
  override readonly name = 'TfjsWeightsError';
}

/** Bytes per stored element. Texts have no fixed length. */
const elementBytes: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  float16: 2,
  uint8: 1,
  uint16: 2,
};

const types: readonly string[] = ['float32', 'int32', 'bool', 'complex64', 'string'];
const packed: readonly string[] = ['float16', 'uint8', 'uint16'];

/**
 * Parses the text of a `model.json`, as far as its weights are concerned. The weights' files must be in the same
 * folder: another path or an address is refused.
 *
 * @throws TfjsWeightsError when the text is not JSON, or has no valid manifest of weights.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const json = parseTfjsModel(await readFile('model.json', 'utf8'), { source: 'model.json' });
 * const files = json.weightsManifest.flatMap(({ paths }) => paths); // ['group1-shard1of1.bin']
 * ```
 */
export function parseTfjsModel(text: string, { source }: ReadOptions = {}): TfjsModelJson {
  const fail = (why: string, cause?: unknown): never => {
    throw new TfjsWeightsError(`${source ?? 'This'} is not a model.json of tfjs: ${why}.`, {
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
  const isList = Array.isArray(groups) && groups.every(isGroup);
  if (!isList) return fail('it has no manifest of paths and weights');
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const group of groups) {
    for (const path of group.paths) {
      if (!isBeside(path))
        fail(`it names the weights ${JSON.stringify(path)}; only files beside it are read`);
      if (paths.has(path)) fail(`it names the weights ${JSON.stringify(path)} twice`);
      paths.add(path);
    }
    for (const entry of group.weights) {
      const wrong = faultOf(entry, names);
      if (wrong) fail(wrong);
      names.add(entry.name);
    }
  }
  return json as TfjsModelJson;
}

/**
 * Computes how many bytes the files of a group have together.
 *
 * @returns The number, or `undefined` if the group contains texts, whose lengths are only in the files.
 */
export function bytesOf({ weights }: WeightsGroup): number | undefined {
  let bytes = 0;
  for (const { shape, dtype, quantization } of weights) {
    const size = elementBytes[quantization?.dtype ?? dtype];
    if (size === undefined) return undefined;
    bytes += size * elementCount(shape)!;
  }
  return bytes;
}

function isGroup(group: unknown): group is WeightsGroup {
  const { paths, weights } = (group ?? {}) as Partial<WeightsGroup>;
  const isText = (value: unknown) => typeof value === 'string';
  return (
    Array.isArray(paths) &&
    paths.every(isText) &&
    Array.isArray(weights) &&
    weights.every(
      (entry: Partial<WeightsEntry> | null) =>
        isText(entry?.name) && isText(entry?.dtype) && Array.isArray(entry?.shape),
    )
  );
}

function faultOf(entry: WeightsEntry, names: ReadonlySet<string>): string | undefined {
  const { name, shape, dtype, quantization } = entry;
  if (names.has(name)) return `the manifest names two tensors '${name}'. Write the model again`;
  // tfjs readers store weights in objects by name, so the name must not be `__proto__`.
  if (name === '' || name === '__proto__')
    return `the name '${name}' is not a valid name of a tensor`;
  if (elementCount(shape) === undefined)
    return `'${name}' has shape [${shape}], which is not a list of integers`;
  if (!types.includes(dtype)) return `'${name}' is of type ${JSON.stringify(dtype)}`;
  if (quantization === undefined || quantization === null) return undefined;
  const { dtype: stored, scale, min } = quantization;
  if (!packed.includes(stored) || dtype === 'string' || dtype === 'complex64')
    return `'${name}' is ${dtype}, stored as ${JSON.stringify(stored)}`;
  if (stored === 'float16')
    return dtype === 'float32' ? undefined : `'${name}' is ${dtype} in float16`;
  if (Number.isFinite(scale) && Number.isFinite(min)) return undefined;
  return `'${name}' is stored as ${stored} without a scale and a least value`;
}
