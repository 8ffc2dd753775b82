import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Trainable, Weight } from '../trainable';
import type { SavedTensor, TrainingState } from '../training-state';
import { namedWeights } from '../weight-names';
import { parsePosition } from './position';
import { readTensors, type TensorFacts, writeTensors } from './tensor-file';

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
 * Puts the weights of a checkpoint back into a model of the same shape.
 *
 * @returns The facts that were saved with it.
 * @throws FormatError when the file is damaged. Error when a weight is missing or has another shape, or when two weights of the
 *   model have one name. The model is unchanged then.
 */
export async function loadCheckpoint(path: string, model: Restorable): Promise<CheckpointFacts> {
  const { tensors, facts } = await readTensors(path);
  const found = namedWeights(model).map(({ name, weight }) => {
    const shape = weight.read().shape;
    const entry = tensors.get(name);
    if (!entry || String(entry.shape) !== String(shape)) {
      throw new Error(
        `${path}: '${name}' should have shape [${shape}], the checkpoint has ${entry ? `[${entry.shape}]` : 'no such tensor'}. ` +
          (!entry && tensors.has(olderName(name))
            ? `It has '${olderName(name)}', as an older version wrote it, which could lose weights of one name. Train again.`
            : 'Is it of a model with another number of classes?'),
      );
    }
    return { weight, entry };
  });
  for (const { weight, entry } of found) {
    const value = tensor(entry.values, [...entry.shape]);
    weight.write(value);
    value.dispose();
  }
  return facts;
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
 */
export async function saveTrainingState(
  path: string,
  state: TrainingState,
  facts: CheckpointFacts = {},
): Promise<void> {
  const position = JSON.stringify(state.position);
  await writeTensors(path, state.tensors, { ...facts, position });
}

/** @throws FormatError when the file is damaged. Error when it holds weights alone. */
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
