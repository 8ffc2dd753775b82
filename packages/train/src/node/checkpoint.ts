import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { SavedTensor, TrainingState } from '../fit/training-state';
import type { Trainable, Weight } from '../model/trainable';
import { namedWeights } from '../model/weight-names';
import { type NamesOf, requireKnown } from '../options/option-names';
import { parsePosition } from './position';
import {
  openTensors,
  readTensors,
  type StoredTensor,
  type TensorFacts,
  writeTensors,
} from './tensor-file';

/** Any model whose weights can be listed and set, for example a `tf.LayersModel`. */
export interface Restorable extends Trainable {
  readonly weights: readonly RestorableWeight[];
}

interface RestorableWeight extends Weight {
  read(): Tensor;
  write(value: Tensor): unknown;
}

/** Metadata that is saved with the weights, by name. */
export type CheckpointFacts = TensorFacts;

/**
 * Saves all weights as one safetensors file, atomically.
 *
 * @param facts Metadata, saved in the header of the file.
 * @throws Error when two weights have the same name (the error names the layers of both), or when a weight does not hold
 *   32-bit floating-point numbers. Nothing is written then.
 * @example
 * ```ts
 * await saveCheckpoint('best.safetensors', classifier, { epoch: '12' });
 * const { epoch } = await loadCheckpoint('best.safetensors', classifier); // '12'
 * ```
 */
export async function saveCheckpoint(
  path: string,
  model: Restorable,
  facts: CheckpointFacts,
): Promise<void> {
  const tensors = new Map<string, SavedTensor>();
  for (const { name, weight } of savedWeights(model)) {
    const value = weight.read();
    const values = (await value.data()) as Float32Array;
    tensors.set(name, { shape: value.shape, values });
  }
  await writeTensors(path, tensors, facts);
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

const loadOptions: NamesOf<LoadOptions> = { strict: true, onLeftOut: true };

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

/**
 * Loads the weights of a checkpoint into a model with the same names and shapes.
 *
 * @returns The metadata that was saved with the weights.
 * @throws CheckpointMismatchError listing every weight that is missing, unexpected, or of another shape. With `strict:
 *   false`, it is thrown only for different shapes, or when no name is the same.
 * @throws FormatError when the file is damaged, or when a needed tensor does not hold floating-point numbers.
 * @throws Error when two weights of the model have the same name. In all these cases the model is unchanged.
 * @example
 * ```ts
 * const { epoch } = await loadCheckpoint('best.safetensors', classifier);
 *
 * // Into a classifier with another head: loads the weights that both have.
 * await loadCheckpoint('best.safetensors', classifier, {
 *   strict: false,
 *   onLeftOut: ({ missing, unexpected }) => console.warn(missing, unexpected),
 * });
 * ```
 */
export async function loadCheckpoint(
  path: string,
  model: Restorable,
  options: LoadOptions = {},
): Promise<CheckpointFacts> {
  requireKnown('', options, loadOptions);
  const { tensors, facts } = await openTensors(path);
  putTensors(path, tensors, model, options);
  return facts;
}

/** Like {@link loadCheckpoint}, but from a file that was read before. */
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

/**
 * Saves the complete state of a training in a safetensors file, atomically. `fit` can continue exactly from it.
 *
 * @param facts Metadata, saved in the header of the file.
 * @example
 * ```ts
 * for await (const report of fit(classifier, { train, validation, classes: 9 }, recipes.fast))
 *   await saveTrainingState('last.safetensors', await report.snapshot());
 * ```
 */
export async function saveTrainingState(
  path: string,
  state: TrainingState,
  facts: CheckpointFacts = {},
): Promise<void> {
  const position = JSON.stringify(state.position);
  await writeTensors(path, state.tensors, { ...facts, position });
}

/**
 * Loads the state that `saveTrainingState` wrote. Pass it to `fit` as `from` to continue the training.
 *
 * @throws FormatError when the file is damaged.
 * @throws Error when the file holds only weights.
 * @example
 * ```ts
 * const from = await loadTrainingState('last.safetensors');
 * const data = { train, validation, classes: 9 };
 * for await (const { epoch } of fit(classifier, data, { ...recipes.fast, from })) console.log(epoch);
 * ```
 */
export async function loadTrainingState(
  path: string,
): Promise<TrainingState & { readonly facts: CheckpointFacts }> {
  const { tensors, facts } = await readTensors(path);
  const { position, ...others } = facts;
  if (!position)
    throw new Error(
      `${path} holds only weights, not the state of a training. Load the run's last.safetensors instead.`,
    );
  return { tensors, position: parsePosition(position, path), facts: others };
}
