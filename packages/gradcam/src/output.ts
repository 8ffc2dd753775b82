import { backend, type Tensor, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { asRows } from './logits';
import type { PreparedModel } from './prepared';

/** An output that there is no class of: places, boxes, an embedding. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** What is reported of a model is not what the model itself gives. */
export class LogitsError extends Error {
  override readonly name = 'LogitsError';
}

/** @throws OutputError unless the logits are `[N, K]`. */
export function requireRows({ output }: PreparedModel, logits: Tensor): void {
  if (logits.rank === 2) return;
  throw new OutputError(
    `'${output.name}' gives [${logits.shape.join(', ')}], and what is explained is a number a class, [N, K]. Of a segmentation, withinMask(parts, mask) explains a region; { output: name } takes another output or layer. The outputs are ${output.all}.`,
  );
}

/** @throws OutputError where neither a class nor a target says what is explained of an embedding. */
export function refuseEmbedding({ output }: PreparedModel): void {
  if (!output.embedding) return;
  throw new OutputError(
    `'${output.name}' is an embedding, whose numbers are no classes. Explain how close it is to another one: { target: similarity(reference) }; or a single number of it by classIndex.`,
  );
}

const verified = new WeakSet<PreparedModel>();

/**
 * Holds what is reported of a model against the model's own `predict`, the first time that it is explained.
 *
 * @param images `[N, H, W, C]`.
 * @param reported `[N, K]`.
 * @throws LogitsError when they differ by more than 1e-3 (1e-2 on an engine of 16 bits), of values above 1 as a share of the
 *   largest; or when the output looks like probabilities whose softmax was not found.
 */
export async function verifyOutput(
  parts: PreparedModel,
  images: Tensor4D,
  reported: Tensor2D,
): Promise<void> {
  if (!parts.predict || verified.has(parts)) return;
  const own = tidy(() => asRows(parts.predict!(images)));
  try {
    if (own.shape.join() !== reported.shape.join())
      throw mismatch(parts, `its own output is [${own.shape.join(', ')}]`);
    const [expected, given] = await Promise.all([own.data(), reported.data()]);
    let size = 1;
    for (const value of expected) size = Math.max(size, Math.abs(value) || 0);
    const bound = backend().floatPrecision() === 16 ? 1e-2 : 1e-3;
    const wrong = expected.findIndex(
      (value, i) => !Object.is(value, given[i]) && !(Math.abs(value - given[i]!) <= bound * size),
    );
    if (wrong >= 0) throw mismatch(parts, `${given[wrong]} is ${expected[wrong]} there`);
    if (parts.link === 'linear' && !parts.output.asIs && looksProbable(expected, own.shape[1]))
      throw new LogitsError(
        `The output '${parts.output.name}' looks like probabilities, and the softmax that makes them was not found at its end. { output: name } takes a layer that ends in it; { logits: 'as-is' } explains the probabilities themselves, whose gradients vanish where the model is sure.`,
      );
  } finally {
    own.dispose();
  }
  verified.add(parts);
}

/** Rows of at least 0 that sum to 1. */
function looksProbable(values: ArrayLike<number>, count: number): boolean {
  const sums = new Float64Array(values.length / count);
  for (let i = 0; i < values.length; i++)
    sums[Math.floor(i / count)]! += values[i]! < 0 ? NaN : values[i]!;
  return count > 1 && sums.every(sum => Math.abs(sum - 1) < 1e-4);
}

const mismatch = ({ link, output }: PreparedModel, how: string) =>
  new LogitsError(
    `${output.activations.length > 0 ? `The logits before the ${link} of ${output.activations.map(name => `'${name}'`).join(', ')}` : `What was computed of '${output.name}'`} should give the model's own output, and ${how}. { logits: 'as-is' } takes the output for the logits; { output: name } another layer.`,
  );
