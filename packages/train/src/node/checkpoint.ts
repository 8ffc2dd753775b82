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

/** Any model whose weights can be listed and set: a `tf.LayersModel` is one. */
export interface Restorable extends Trainable {
  readonly weights: readonly RestorableWeight[];
}

interface RestorableWeight extends Weight {
  read(): Tensor;
  write(value: Tensor): unknown;
}

/** Plain facts that travel with the weights. */
export type CheckpointFacts = TensorFacts;

/**
 * Saves all weights as one safetensors file, atomically.
 *
 * @param facts Kept in the file's metadata.
 * @throws Error when two weights have one name, saying where they are, or one is not of 32-bit floating-point numbers; nothing
 *   is written then.
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

/** What a checkpoint and a model do not have in common, by names of weights. */
export interface LeftOut {
  /** In the model alone: these weights stay as they are. */
  readonly missing: readonly string[];
  /** In the checkpoint alone: these tensors are not used. */
  readonly unexpected: readonly string[];
}

export interface LoadOptions {
  /** Whether both have to have the same names, as in PyTorch's `load_state_dict`. Default true. */
  readonly strict?: boolean;
  /** Called where `strict` is false and the names differ, before the model is changed. */
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
 *   // The checkpoint has every weight of the model, and others besides.
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
 * Puts the weights of a checkpoint back into a model that has the same names and shapes.
 *
 * @returns The facts that were saved with it.
 * @throws CheckpointMismatchError listing every weight that is missing or unexpected, or of another shape; with
 *   `strict: false` for shapes alone, or where no name is the same. FormatError when the file is damaged, or a tensor that is
 *   wanted holds no floating-point numbers. Error when two weights of the model have one name. The model is unchanged then.
 * @example
 * ```ts
 * const { epoch } = await loadCheckpoint('best.safetensors', classifier);
 *
 * // Into a classifier with another head: what both have.
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

/** As {@link loadCheckpoint}, from a file that was read already. */
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
      : [`'${name}' should have shape [${shape}], the checkpoint has [${entry.shape}]`];
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
  // All are read before the first is put: one that cannot be changes nothing.
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
    return "It is the state of a training; take the run's best.safetensors.";
  const older = missing.find(name => tensors.has(olderName(name)));
  if (older !== undefined)
    return `It has '${olderName(older)}' for '${older}', as an older version wrote it, which could lose weights of one name. Train again.`;
  if (shapes.length > 0) return 'Is it of a model with another number of classes?';
  return 'Is it of another model? With `strict: false` what both have is loaded.';
}

/**
 * The weights of a model by their names in checkpoints.
 *
 * @throws Error when one of them could not be read back.
 */
export function savedWeights(model: Restorable) {
  const named = namedWeights(model);
  for (const { name, weight } of named) {
    const { dtype } = weight.read();
    if (dtype !== 'float32')
      throw new Error(`'${name}' is ${dtype}; a checkpoint holds weights that are float32.`);
  }
  return named;
}

/** What a weight was called when names did not have their model's in front. */
const olderName = (name: string) => name.slice(name.indexOf('/') + 1);

/**
 * Saves all that a training needs to go on exactly where it is, atomically; readable as safetensors.
 *
 * @param facts Kept in the file's metadata.
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
 * The state that `saveTrainingState` wrote: `fit` goes on from it when it is given as `from`.
 *
 * @throws FormatError when the file is damaged. Error when it holds weights alone.
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
      `${path} holds no state of a training, only weights. Take the run's last.safetensors.`,
    );
  return { tensors, position: parsePosition(position, path), facts: others };
}
