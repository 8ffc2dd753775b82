import type { PreparedModel } from './prepared';

// Checks for models whose output is plain numbers. This file is loaded only for such models, and imports nothing that is loaded eagerly.

/** Returns why an output cannot be explained without a class or a target: it is an embedding. */
export async function embeddingReason({ output }: PreparedModel): Promise<string | undefined> {
  const { embedding } = await output.facts();
  return embedding
    ? `'${output.name}' is an embedding, whose numbers are not classes. Explain its similarity to another embedding, with { target: similarity(reference) }, or one of its numbers, with classIndex.`
    : undefined;
}

/**
 * Returns why an output cannot be explained as logits: it consists of probabilities whose softmax was not found.
 *
 * @param values Outputs for some images, concatenated.
 */
export async function probableReason(
  { classes, output }: PreparedModel,
  values: ArrayLike<number>,
): Promise<string | undefined> {
  if (!isProbable(values, classes) || (await output.facts()).asIs) return undefined;
  return `The output '${output.name}' looks like probabilities, but the model does not end in a softmax that makes them. Name a layer that ends in one, with { output: name }. Or explain the probabilities themselves, with { logits: 'as-is' }; their gradients vanish when the model is sure.`;
}

/** Whether all rows are non-negative and sum to 1. */
function isProbable(values: ArrayLike<number>, count: number): boolean {
  const sums = new Float64Array(values.length / count);
  for (let i = 0; i < values.length; i++)
    sums[Math.floor(i / count)]! += values[i]! < 0 ? NaN : values[i]!;
  return count > 1 && sums.every(sum => Math.abs(sum - 1) < 1e-4);
}
