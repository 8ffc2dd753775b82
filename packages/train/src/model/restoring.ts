import { decodeSafetensors, toFloat32 } from '@shroom/formats';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type NamesOf, requireKnown } from '../options/option-names';
import type { Trainable, Weight } from './trainable';
import { namedWeights } from './weight-names';

/** Any model whose weights can be listed and set, for example a `tf.LayersModel`. */
export interface Restorable extends Trainable {
  readonly weights: readonly RestorableWeight[];
}

interface RestorableWeight extends Weight {
  read(): Tensor;
  write(value: Tensor): unknown;
}

/** Names of weights that only one of a checkpoint and a model has. */
export interface LeftOut {
  /** Weights that only the model has. They keep their values. */
  readonly missing: readonly string[];
  /** Tensors that only the checkpoint has. They are ignored. */
  readonly unexpected: readonly string[];
}

export interface LoadOptions {
  /** Whether model and checkpoint need the same names, as in PyTorch's `load_state_dict`. Default true. */
  readonly strict?: boolean;
  /** Called if `strict` is false and the names differ, before the model is changed. */
  readonly onLeftOut?: (names: LeftOut) => unknown;
}

export const loadOptions: NamesOf<LoadOptions> = { strict: true, onLeftOut: true };

/**
 * A checkpoint does not fit a model: names or shapes differ.
 *
 * @example
 * ```ts
 * try {
 *   await loadCheckpoint('best.safetensors', classifier);
 * } catch (error) {
 *   const isWhole = error instanceof CheckpointMismatchError && error.missing.length === 0;
 *   if (!isWhole) throw error;
 *   // The checkpoint has all weights of the model, and additional tensors.
 *   await loadCheckpoint('best.safetensors', classifier, { strict: false });
 * }
 * ```
 */
export class CheckpointMismatchError extends Error implements LeftOut {
  override readonly name = 'CheckpointMismatchError';
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];

  constructor(path: string, problems: readonly string[], why: string, names: LeftOut) {
    const shown = problems.slice(0, 20).map(each => `\n  ${each}`);
    const more = problems.length > 20 ? `\n  and ${problems.length - 20} more` : '';
    super(`${path} does not fit the model. ${why}${shown.join('')}${more}`);
    this.missing = names.missing;
    this.unexpected = names.unexpected;
  }
}

/** A tensor in a file. Its values are converted when `read` is called. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** @throws ElementTypeError when the values are not floating-point numbers. */
  read(): Float32Array;
}

/** The tensors of a safetensors file. @throws SafetensorsError when the file is incomplete. */
export function storedTensors(
  bytes: Uint8Array,
  source: string,
): { tensors: ReadonlyMap<string, StoredTensor>; facts: Readonly<Record<string, string>> } {
  const options = { source };
  const { tensors, metadata } = decodeSafetensors(bytes, options);
  const stored = [...tensors].map(([name, { shape, bytes: own, ...entry }]) => {
    const read = () => {
      // Copies the values if they are a view of the file's memory, so that one kept tensor does not keep the whole file.
      const numbers = toFloat32(own, entry, options);
      return numbers.buffer === own.buffer ? numbers.slice() : numbers;
    };
    return [name, { shape, read }] as const;
  });
  return { tensors: new Map(stored), facts: metadata };
}

/**
 * Loads the weights of a checkpoint that is in memory into a model with the same names and shapes. `loadCheckpoint` of
 * `@shroom/train/node` does the same with a file.
 *
 * @param source Name of the file, for error messages.
 * @returns The metadata that was saved with the weights.
 * @throws CheckpointMismatchError, FormatError and Error as `loadCheckpoint` does. The model is unchanged then.
 * @example
 * ```ts
 * const response = await fetch('https://example.org/best.safetensors');
 * const { epoch } = restoreCheckpoint('best.safetensors', new Uint8Array(await response.arrayBuffer()), classifier);
 * ```
 */
export function restoreCheckpoint(
  source: string,
  bytes: Uint8Array,
  model: Restorable,
  options: LoadOptions = {},
): Readonly<Record<string, string>> {
  requireKnown('', options, loadOptions);
  const { tensors, facts } = storedTensors(bytes, source);
  putTensors(source, tensors, model, options);
  return facts;
}

/** Like {@link restoreCheckpoint}, but from a file that was read before. */
export function putTensors(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  model: Restorable,
  { strict = true, onLeftOut }: LoadOptions = {},
): void {
  const named = namedWeights(model);
  const names = new Set(named.map(({ name }) => name));
  const missing = named.map(({ name }) => name).filter(name => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter(name => !names.has(name));
  const shapes = named.flatMap(({ name, weight }) => {
    const { shape } = weight.read();
    const entry = tensors.get(name);
    return !entry || String(entry.shape) === String(shape)
      ? []
      : [`'${name}' should have shape [${shape}], but the checkpoint has [${entry.shape}]`];
  });
  const nothing = named.length > 0 && missing.length === named.length;
  const differ = missing.length + unexpected.length > 0;
  if (shapes.length > 0 || nothing || (strict && differ)) {
    const problems = [
      ...shapes,
      ...missing.map(name => `missing: '${name}'`),
      ...unexpected.map(name => `unexpected: '${name}' [${tensors.get(name)!.shape}]`),
    ];
    throw new CheckpointMismatchError(path, problems, reasonOf(missing, tensors, shapes), {
      missing,
      unexpected,
    });
  }
  // Reads all tensors before setting the first, so that a damaged tensor leaves the model unchanged.
  const found = named.flatMap(({ name, weight }) => {
    const entry = tensors.get(name);
    return entry ? [{ weight, shape: entry.shape, values: entry.read() }] : [];
  });
  if (differ) onLeftOut?.({ missing, unexpected });
  for (const { weight, shape, values } of found) {
    const value = tensor(values, [...shape]);
    weight.write(value);
    value.dispose();
  }
}

function reasonOf(
  missing: readonly string[],
  tensors: ReadonlyMap<string, StoredTensor>,
  shapes: readonly string[],
): string {
  if (missing.some(name => tensors.has(`weights/${name}`)))
    return "The file is the state of a training. Load the run's best.safetensors instead.";
  const older = missing.find(name => tensors.has(olderName(name)));
  if (older !== undefined)
    return (
      `It has '${olderName(older)}' instead of '${older}'. An older version wrote it, which could lose weights ` +
      'with equal names. Train again.'
    );
  if (shapes.length > 0) return 'Is it a checkpoint of a model with another number of classes?';
  return 'Is it a checkpoint of another model? `strict: false` loads the weights that both have.';
}

/**
 * The weights of a model by checkpoint name.
 *
 * @throws Error when a weight is not float32, because a checkpoint could not restore it.
 */
export function savedWeights(model: Restorable) {
  const named = namedWeights(model);
  for (const { name, weight } of named) {
    const { dtype } = weight.read();
    if (dtype !== 'float32')
      throw new Error(`'${name}' is ${dtype}, but a checkpoint can hold only float32 weights.`);
  }
  return named;
}

/** The name of a weight in older checkpoints, which did not have the prefix of the model. */
const olderName = (name: string) => name.slice(name.indexOf('/') + 1);
