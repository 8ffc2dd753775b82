import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** One tensor of a checkpoint; `values` may be a view into a larger buffer. */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type Checkpoint = ReadonlyMap<string, CheckpointTensor>;

/** The names or shapes of a checkpoint are not those of the network. */
export class WeightsMismatchError extends Error {
  override readonly name = 'WeightsMismatchError';
}

/**
 * Puts a checkpoint's tensors into a network, each exactly once.
 *
 * @param nameInCheckpoint The checkpoint's name of a weight such as `layer1.0.conv1/kernel`.
 * @param unused Names that the checkpoint may have and the network need not, such as those of its classifier.
 * @throws WeightsMismatchError listing everything that is missing, left over or wrongly shaped; nothing is loaded then.
 */
export function loadCheckpoint(
  network: LayersModel,
  checkpoint: Checkpoint,
  nameInCheckpoint: (weight: string) => string,
  unused: (name: string) => boolean = () => false,
): void {
  const problems: string[] = [];
  const left = new Set([...checkpoint.keys()].filter(name => !unused(name)));
  const found = network.weights.map(weight => {
    const name = nameInCheckpoint(weight.originalName);
    const entry = checkpoint.get(name);
    if (!entry) {
      problems.push(`missing: '${name}' for ${weight.originalName} [${weight.shape}]`);
    } else if (String(entry.shape) !== String(weight.shape)) {
      problems.push(
        `'${name}' should have shape [${weight.shape}], the checkpoint has [${entry.shape}]`,
      );
    }
    left.delete(name);
    return entry;
  });
  for (const name of left) problems.push(`unexpected: '${name}' [${checkpoint.get(name)?.shape}]`);
  if (problems.length > 0) {
    throw new WeightsMismatchError(
      `${network.name}: the checkpoint does not fit (${problems.length} problems). Is it of another variant?\n` +
        problems.map(problem => `  ${problem}`).join('\n'),
    );
  }
  const tensors: Tensor[] = found.map(entry => tensor(entry!.values, [...entry!.shape]));
  network.setWeights(tensors);
  for (const value of tensors) value.dispose();
}
