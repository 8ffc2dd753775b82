import type { PreparedModel } from './prepared';

// Loaded for models that end in numbers as they are: what such an output may be. It imports nothing that is loaded at once.

/** Why an output is not explained unless a class or a target says what of it: it is an embedding. */
export async function embeddingReason({ output }: PreparedModel): Promise<string | undefined> {
  const { embedding } = await output.facts();
  return embedding
    ? `'${output.name}' is an embedding, whose numbers are no classes. Explain how close it is to another one: { target: similarity(reference) }; or a single number of it by classIndex.`
    : undefined;
}

/**
 * Why an output is not explained as it is: it is probabilities whose softmax was not found.
 *
 * @param values Of some images, all together.
 */
export async function probableReason(
  { classes, output }: PreparedModel,
  values: ArrayLike<number>,
): Promise<string | undefined> {
  if (!isProbable(values, classes) || (await output.facts()).asIs) return undefined;
  return `The output '${output.name}' looks like probabilities, and the softmax that makes them was not found at its end. { output: name } takes a layer that ends in it; { logits: 'as-is' } explains the probabilities themselves, whose gradients vanish where the model is sure.`;
}

/** Rows of at least 0 that sum to 1. */
function isProbable(values: ArrayLike<number>, count: number): boolean {
  const sums = new Float64Array(values.length / count);
  for (let i = 0; i < values.length; i++)
    sums[Math.floor(i / count)]! += values[i]! < 0 ? NaN : values[i]!;
  return count > 1 && sums.every(sum => Math.abs(sum - 1) < 1e-4);
}
