import {
  div,
  gather,
  getGradient,
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
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import { withoutFilterGradients } from './filters';
import { GradientError } from './gradient-error';
import { requireRows } from './output';
import type { Cut, PreparedModel } from './prepared';
import type { Score } from './targets';

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
 */
export function gradientOf(
  parts: PreparedModel,
  { features, side }: Pick<Cut, 'features' | 'side'>,
  score: Score,
) {
  if (!getGradient('Relu'))
    throw new GradientError(
      "TensorFlow.js has no gradients loaded: they come with '@tensorflow/tfjs-layers', with '@tensorflow/tfjs', or in a bundle with '@tensorflow/tfjs-core/dist/register_all_gradients'. Import one of them, or take a method without a gradient, such as reciproCam.",
    );
  const rows = Array.from({ length: features.shape[0] }, (_, image) => image);
  const kept: Tensor2D[] = [];
  // The images of a batch do not touch each other, so one gradient of the sum holds each one's own.
  const total = (logits: Tensor2D): Scalar => {
    requireRows(parts, logits);
    kept.push(keep(logits.clone()));
    return sum(score(logits, rows));
  };
  try {
    const gradient = parts.pooled
      ? tidy(() => pooledGradient(parts, features, total))
      : withoutFilterGradients(() =>
          tidy(
            () =>
              valueAndGrad((map: Tensor) => total(parts.tail(map as Tensor4D, side)))(features)
                .grad as Tensor4D,
          ),
        );
    return { gradient, logits: kept[0]! };
  } catch (error) {
    for (const logits of kept) logits.dispose();
    throw error;
  }
}

function pooledGradient(
  parts: PreparedModel,
  features: Tensor4D,
  total: (logits: Tensor2D) => Scalar,
): Tensor4D {
  const [count, height, width, channels] = features.shape;
  const pooled = mean(features, [1, 2]);
  const { grad } = valueAndGrad((vector: Tensor) => total(parts.pooledTail(vector as Tensor2D)))(
    pooled,
  );
  return reshape(div(grad, height * width), [count, 1, 1, channels]);
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
