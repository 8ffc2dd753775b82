import type { SavedTensor, TrainingState } from '../fit/training-state';
import {
  type LoadOptions,
  loadOptions,
  putTensors,
  type Restorable,
  savedWeights,
} from '../model/restoring';
import { requireKnown } from '../options/option-names';
import { parsePosition } from './position';
import { openTensors, readTensors, type TensorFacts, writeTensors } from './tensor-file';

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
