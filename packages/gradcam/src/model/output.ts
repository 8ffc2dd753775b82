import { backend, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { LogitsError } from '../errors';
import { asRows } from './logits';
import type { PreparedModel } from './prepared';

const verified = new WeakSet<PreparedModel>();

/**
 * Compares the reported output with the model's own `predict`, the first time that the model is explained.
 *
 * @param images `[N, H, W, C]`.
 * @param reported `[N, K]`.
 * @throws LogitsError when they differ by more than 1e-3 (1e-2 on an engine with 16-bit numbers), relative to the largest value if it is
 *   above 1. Also when the output looks like probabilities whose softmax was not found.
 */
export async function verifyOutput(
  parts: PreparedModel,
  images: Tensor4D,
  reported: Tensor2D,
): Promise<void> {
  if (!parts.predict || verified.has(parts)) return;
  const own = tidy(() => asRows(parts.predict!(images)));
  const [expected, given] = (await Promise.all([own.data(), reported.data()])) as [
    Float32Array,
    Float32Array,
  ];
  own.dispose();
  let how = `its own output is [${own.shape}]`;
  if (`${own.shape}` === `${reported.shape}`) {
    let bound = backend().floatPrecision() === 16 ? 1e-2 : 1e-3;
    bound *= expected.reduce((size, value) => Math.max(size, Math.abs(value) || 0), 1);
    const wrong = expected.findIndex(
      (value, i) => !Object.is(value, given[i]) && !(Math.abs(value - given[i]!) <= bound),
    );
    how = wrong < 0 ? '' : `${given[wrong]} is ${expected[wrong]} there`;
  }
  if (how) throw new LogitsError((await import('../failures')).mismatchFailure(parts, how));
  if (parts.link === 'linear') {
    const reason = await (await import('./linear')).probableReason(parts, expected);
    if (reason) throw new LogitsError(reason);
  }
  verified.add(parts);
}
