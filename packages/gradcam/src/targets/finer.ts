import {
  add,
  div,
  gather,
  mul,
  softmax,
  sub,
  sum,
  type Tensor1D,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { atLeastOne, atLeastZero, oneOf } from '../methods/method';
import { marks, type Target } from './target';

export interface FinerOptions {
  /** Number of rivals: the classes whose logits are closest to the class's logit. Default 3. */
  readonly rivals?: number;
  /** Share of the rivals' logits that is subtracted. Default 1 for 'pgc', 0.6 for 'torchcam'. */
  readonly strength?: number;
  /**
   * How rivals are averaged. 'pgc' (default): weighted by their probability, through which the gradient flows, as in the authors' code and
   * pytorch-grad-cam. 'torchcam': their plain mean.
   */
  readonly variant?: 'pgc' | 'torchcam';
}

/**
 * Finer-CAM: the class against the rivals with the closest logits. Zhang et al. 2025. https://arxiv.org/abs/2501.11309
 *
 * @example
 * ```ts
 * const target = finer({ rivals: 2 });
 * const [{ map }] = await explain(model, images, { target }); // what sets the class apart from two others like it
 * ```
 */
export function finer(options: FinerOptions = {}): Target {
  const { variant = 'pgc', rivals = 3, strength = variant === 'pgc' ? 1 : 0.6 } = options;
  oneOf(variant, ['pgc', 'torchcam'], 'variant');
  atLeastOne(rivals, 'rivals');
  atLeastZero(strength, 'strength', 1);
  return {
    name: `class against its ${rivals} nearest (${variant})`,
    looks: true,
    score: (classes, logits) => {
      const masks = classes.map((own, image) => {
        const z = logits[image]!;
        const order = Array.from(z, (_, k) => k).filter(k => k !== own);
        order.sort((a, b) => Math.abs(z[a]! - z[own]!) - Math.abs(z[b]! - z[own]!) || a - b);
        const near = new Set(order.slice(0, rivals));
        return Array.from(z, (_, k) => (near.has(k) ? 1 : 0));
      });
      return (z, rows) => {
        const mask = gather(tensor2d(masks), tensor1d([...rows], 'int32'));
        const weights = variant === 'pgc' ? mul(softmax(z), mask) : mask;
        const own = sum(mul(z, marks(classes, rows, z.shape[1])), 1, true);
        const differences = mul(weights, sub(own, mul(z, strength)));
        return div(sum(differences, 1), add(sum(weights, 1), 1e-9)) as Tensor1D;
      };
    },
  };
}
