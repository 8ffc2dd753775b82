import {
  div,
  type GradConfig,
  gather,
  mean,
  reshape,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { GradientError, OutputError } from './errors';
import { gradientWithAux } from './gradients/gradient-with-aux';
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
export function logitsFrom(parts: PreparedModel, cut: Pick<Cut, 'features' | 'side'>): Tensor2D {
  return tidy(() => {
    const [x, tail] = secondPart(parts, cut);
    return tail(x);
  });
}

/**
 * What the logits are computed from, and how. Where the tap reaches them through global average pooling alone, it is the pooled
 * vector: a gradient by it needs no gradient of a convolution, on any engine.
 */
function secondPart(
  parts: PreparedModel,
  { features, side }: Pick<Cut, 'features' | 'side'>,
): [x: Tensor, tail: (x: Tensor) => Tensor2D] {
  const { pooled } = parts;
  return [
    pooled ? mean(features, [1, 2]) : features,
    x => {
      const logits = pooled ? parts.pooledTail(x as Tensor2D) : parts.tail(x as Tensor4D, side);
      requireRows(parts, logits);
      return logits;
    },
  ];
}

/** What one pass of a model over images finds. */
export interface Pass extends Cut {
  /** `[N, K]`. */
  readonly logits: Tensor2D;
}

/**
 * One pass of a model over images, without gradients. The caller disposes it.
 *
 * @throws OutputError when the output has places.
 */
export function passOver(parts: PreparedModel, images: Tensor4D): Pass {
  const cut = parts.forward(images);
  try {
    const logits = logitsFrom(parts, cut);
    const dispose = () => {
      logits.dispose();
      cut.dispose();
    };
    return { features: cut.features, side: cut.side, logits, dispose };
  } catch (error) {
    cut.dispose();
    throw error;
  }
}

/**
 * The gradient of each image's score by its features, and the logits of the same pass; the caller disposes both. After global
 * average pooling it is the same at every place, `[N, 1, 1, C]`.
 *
 * What TensorFlow.js lacks for it is loaded first, unless the tap reaches the logits through that pooling.
 *
 * @param others Gradients of some operations to be taken in the place of their own.
 * @throws GradientError when there is a gradient that cannot be computed.
 */
export async function gradientOf(
  parts: PreparedModel,
  cut: Pick<Cut, 'features' | 'side'>,
  score: Score,
  others?: readonly GradConfig[],
) {
  const { pooled } = parts;
  const [count, height, width, channels] = cut.features.shape;
  const rows = [...Array(count).keys()];
  const compute = () =>
    tidy(() => {
      const [x, tail] = secondPart(parts, cut);
      // The images of a batch do not touch each other, so one gradient of the sum holds each one's own.
      const [gradient, logits] = gradientWithAux(input => {
        const logits = tail(input);
        return [sum(score(logits, rows)), logits];
      }, x);
      const whole = pooled
        ? reshape(div(gradient, height * width), [count, 1, 1, channels])
        : gradient;
      return { gradient: whole as Tensor4D, logits };
    });
  return differentiated(compute, others, pooled && parts.simple && !others);
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
    const pass = passOver(parts, images);
    try {
      return score(pass.logits, rows);
    } finally {
      pass.dispose();
    }
  });
}
