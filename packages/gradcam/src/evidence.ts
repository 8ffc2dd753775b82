import {
  div,
  type GradConfig,
  gather,
  grad,
  keep,
  mean,
  reshape,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { GradientError, OutputError } from './errors';
import type { Cut, PreparedModel } from './model/prepared';
import type { Score } from './targets/target';

/** What a method that does more than weigh features works on. All tensors are the caller's. */
export interface Evidence {
  readonly parts: PreparedModel;
  /** `[N, H, W, C]`, whatever the model's own layout. */
  readonly images: Tensor4D;
  /** `[N, h, w, C]`. */
  readonly features: Tensor4D;
  readonly side: readonly Tensor[];
  /** `[N, h, w, C]`, or `[N, 1, 1, C]` where it is the same everywhere; only for a method that needs it. */
  readonly gradient?: Tensor4D | undefined;
  /** `[N, K]`. */
  readonly logits: Tensor2D;
  readonly score: Score;
  /** Rows for one pass of a method that asks the model again. */
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The logits of a cut, `[N, K]`; no gradient of them is recorded. The caller disposes them.
 *
 * @throws OutputError when the output has places, as of a segmentation or detection.
 */
export function logitsFrom(
  parts: PreparedModel,
  { features, side }: Pick<Cut, 'features' | 'side'>,
): Tensor2D {
  return tidy(() => {
    const logits = parts.pooled
      ? parts.pooledTail(mean(features, [1, 2]))
      : parts.tail(features, side);
    requireRows(parts, logits);
    return logits;
  });
}

/**
 * The gradient of each image's score by its features, and the logits that came with it; the caller disposes both.
 *
 * Where the tap reaches the logits through global average pooling alone, the gradient is taken by the pooled vector: it is
 * the same at every place, and no gradient of a convolution is needed, on any engine.
 *
 * Elsewhere, what TensorFlow.js lacks for it is loaded first.
 *
 * @param others Gradients that replace those of some operations.
 * @throws GradientError when there is a gradient that cannot be computed.
 */
export async function gradientOf(
  parts: PreparedModel,
  { features, side }: Pick<Cut, 'features' | 'side'>,
  score: Score,
  others?: readonly GradConfig[],
) {
  const [count, height, width, channels] = features.shape;
  const rows = [...Array(count).keys()];
  let kept: Tensor2D | undefined;
  // The images of a batch do not touch each other, so one gradient of the sum holds each one's own.
  const total = (logits: Tensor2D): Scalar => {
    requireRows(parts, logits);
    kept = keep(logits.clone());
    return sum(score(logits, rows));
  };
  const of = parts.pooled
    ? grad(vector => total(parts.pooledTail(vector as Tensor2D)))
    : grad(map => total(parts.tail(map as Tensor4D, side)));
  const compute = () =>
    tidy(() => {
      if (!parts.pooled) return of(features) as Tensor4D;
      const share = div(of(mean(features, [1, 2])), height * width);
      return reshape(share, [count, 1, 1, channels]) as Tensor4D;
    });
  try {
    const own = parts.pooled && parts.simple && !others;
    const gradient = await differentiated(compute, others, own);
    return { gradient, logits: kept! };
  } catch (error) {
    kept?.dispose();
    throw error;
  }
}

/**
 * Runs a computation with gradients as they should be: see `corrected`.
 *
 * @param own Whether TensorFlow.js's own gradients do.
 * @throws GradientError when there is a gradient that cannot be computed.
 */
export async function differentiated<T>(
  compute: () => T,
  others?: readonly GradConfig[],
  own = false,
): Promise<T> {
  try {
    return own ? compute() : (await import('./gradients/gradients')).corrected(compute, others);
  } catch (error) {
    throw (await import('./failures')).gradientFailure(error, GradientError);
  }
}

/** @throws OutputError unless the logits are `[N, K]`. */
function requireRows({ output }: PreparedModel, logits: Tensor): void {
  if (logits.rank !== 2)
    throw new OutputError(
      `'${output.name}' gives [${logits.shape.join(', ')}], and what is explained is a number a class, [N, K]. withinMask(parts, mask) explains a region of a segmentation; { output: name } takes another layer or output, of ${output.all}.`,
    );
}

/** Side values for rows that belong to the images `rows`. */
export function sideOf(side: readonly Tensor[], rows: readonly number[]): Tensor[] {
  const indices = tensor1d([...rows], 'int32');
  return side.map(value => gather(value, indices));
}

/** The scores of whole images, `[R]`. */
export function scoreImages(
  parts: PreparedModel,
  images: Tensor4D,
  rows: readonly number[],
  score: Score,
): Tensor1D {
  return tidy(() => {
    const cut = parts.forward(images);
    try {
      return score(logitsFrom(parts, cut), rows);
    } finally {
      cut.dispose();
    }
  });
}
