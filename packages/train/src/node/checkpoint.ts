import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Trainable } from '../trainable';
import type { SavedTensor, TrainingPosition, TrainingState } from '../training-state';
import { readTensors, type TensorFacts, writeTensors } from './tensor-file';

/** Any model whose weights can be listed and set: a `tf.LayersModel` is one. */
export interface Restorable extends Trainable {
  readonly weights: readonly {
    readonly originalName: string;
    read(): Tensor;
    write(value: Tensor): unknown;
  }[];
}

/** Plain facts that travel with the weights. */
export type CheckpointFacts = TensorFacts;

/**
 * Saves all weights as one safetensors file, atomically.
 *
 * @param facts Kept in the file's metadata.
 */
export async function saveCheckpoint(
  path: string,
  model: Restorable,
  facts: CheckpointFacts,
): Promise<void> {
  const tensors = new Map<string, SavedTensor>();
  for (const weight of model.weights) {
    const value = weight.read();
    const values = (await value.data()) as Float32Array;
    tensors.set(weight.originalName, { shape: value.shape, values });
  }
  await writeTensors(path, tensors, facts);
}

/**
 * Puts the weights of a checkpoint back into a model of the same shape.
 *
 * @returns The facts that were saved with it.
 * @throws Error when the file is damaged, or when a weight is missing or has another shape; the model is unchanged then.
 */
export async function loadCheckpoint(path: string, model: Restorable): Promise<CheckpointFacts> {
  const { tensors, facts } = await readTensors(path);
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
  return facts;
}

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

/** @throws Error when the file is damaged, or holds weights alone. */
export async function loadTrainingState(
  path: string,
): Promise<TrainingState & { readonly facts: CheckpointFacts }> {
  const { tensors, facts } = await readTensors(path);
  const { position, ...others } = facts;
  if (!position)
    throw new Error(
      `${path} holds no state of a training, only weights. Take the run's last.safetensors.`,
    );
  return { tensors, position: JSON.parse(position) as TrainingPosition, facts: others };
}
