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

/** The input of a method that does more than weigh features. The caller owns and disposes all tensors. */
export interface Evidence {
  readonly parts: PreparedModel;
  /** Images `[N, H, W, C]`, whatever the model's own layout. */
  readonly images: Tensor4D;
  /** Shape `[N, H, W, C]` of the images as they were given, before edges that the model leaves unseen were cut off. */
  readonly given?: readonly number[];
  /** Feature maps at the tap, `[N, h, w, C]`. */
  readonly features: Tensor4D;
  readonly side: readonly Tensor[];
  /**
   * Gradient of the score with respect to the features: `[N, h, w, C]`, or `[N, 1, 1, C]` if it is the same at all
   * positions. Present only for methods that need it.
   */
  readonly gradient?: Tensor4D | undefined;
  /** Logits `[N, K]`. */
  readonly logits: Tensor2D;
  readonly score: Score;
  /** Number of rows per forward pass, for methods that run the model again. */
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Computes the logits `[N, K]` from the features at a cut, without recording a gradient. The caller disposes them.
 *
 * @throws OutputError when the output has positions, as in segmentation or detection.
 */
export function logitsFrom(parts: PreparedModel, cut: Pick<Cut, 'features' | 'side'>): Tensor2D {
  return tidy(() => {
    const [x, tail] = secondPart(parts, cut);
    return tail(x);
  });
}

/**
 * Returns the tensor from which the logits are computed, and the function that computes them. If the tap reaches the logits
 * only through global average pooling, the tensor is the pooled vector: the gradient with respect to it needs no gradient of
 * a convolution, so it works on any engine.
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

/** The results of one forward pass of a model over images. */
export interface Pass extends Cut {
  /** Logits `[N, K]`. */
  readonly logits: Tensor2D;
}

/**
 * Runs one forward pass of a model over images, without gradients. The caller disposes the result.
 *
 * @throws OutputError when the output has positions.
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
 * Computes the gradient of each image's score with respect to its features, and the logits of the same pass. The caller disposes both.
 * After global average pooling the gradient is the same at every position: `[N, 1, 1, C]`.
 *
 * Gradients that TensorFlow.js lacks are loaded first, unless the tap reaches the logits only through global average pooling.
 *
 * @param others Gradients that replace those of some operations.
 * @throws GradientError when a gradient cannot be computed.
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
      // The images of a batch do not affect each other, so the gradient of the summed score contains each image's own gradient.
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
 * Runs a computation with corrected gradients: see `corrected`.
 *
 * @param own Whether TensorFlow.js's own gradients suffice.
 * @throws GradientError when a gradient cannot be computed.
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
      `'${output.name}' has the shape [${logits.shape.join(', ')}], but explain needs one number per class, [N, K]. withinMask(parts, mask) explains a region of a segmentation; { output: name } takes another layer or output: ${output.all}.`,
    );
}

/** Repeats the side values so that their rows belong to the images `rows`. */
export function sideOf(side: readonly Tensor[], rows: readonly number[]): Tensor[] {
  const indices = tensor1d([...rows], 'int32');
  return side.map(value => gather(value, indices));
}

/** Computes the scores of whole images, `[R]`. */
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
