import { mul, sub, sum, type Tensor1D } from '@tensorflow/tfjs-core';
import { atLeastZero } from '../methods/method';
import { marks, type Target } from './target';

export interface ContrastOptions {
  /** The rival class: one for all images, or one for each. Default: the class with the highest logit among the others. */
  readonly against?: number | readonly number[];
  /** Share of the rival's logit that is subtracted, 0 to 1. Default 1. */
  readonly strength?: number;
}

/**
 * Contrast: why this class and not that one, as the difference of two logits.
 *
 * This is the idea of Finer-CAM with a single rival. Zhang et al. 2025. https://arxiv.org/abs/2501.11309
 *
 * @throws RangeError when the rival is the class itself or not a class of the model, or when `strength` is not between 0 and 1.
 * @example
 * ```ts
 * const [why] = await explain(model, images, { classIndex: 3, target: contrast({ against: 5 }) });
 * // why.signed is above 0 where the image speaks for class 3, below 0 where it speaks for class 5
 * ```
 */
export function contrast(options: ContrastOptions = {}): Target {
  const { against, strength = 1 } = options;
  atLeastZero(strength, 'strength', 1);
  return {
    name: `class against ${against === undefined ? 'the nearest other' : `class ${against}`}`,
    looks: true,
    score: (classes, logits) => {
      const rivals = classes.map((own, image) => {
        const rival =
          against === undefined
            ? nearest(own, logits[image]!)
            : typeof against === 'number'
              ? against
              : against[image];
        if (rival === undefined || rival === own || !(rival in logits[image]!)) {
          throw new RangeError(
            `Class ${own} can be contrasted with another of 0 to ${logits[image]!.length - 1}; 'against' is ${rival}.`,
          );
        }
        return rival;
      });
      return (z, rows) => {
        const difference = sub(
          marks(classes, rows, z.shape[1]),
          mul(marks(rivals, rows, z.shape[1]), strength),
        );
        return sum(mul(z, difference), 1) as Tensor1D;
      };
    },
  };
}

/** Finds the class with the highest logit among the others. */
function nearest(own: number, logits: Float32Array): number {
  let best = own === 0 ? 1 : 0;
  logits.forEach((value, index) => {
    if (index !== own && value > logits[best]!) best = index;
  });
  return best;
}
