import {
  add,
  customGrad,
  exp,
  log,
  max,
  mul,
  sigmoid,
  softmax,
  squeeze,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Link } from '../model/logits';
import { marks, ofClass, type Target } from './target';

/**
 * The logit of the class. Its gradient does not vanish when the model is sure.
 *
 * @example
 * ```ts
 * // The default explains it as well, but watches the probability.
 * const [{ score }] = await explain(model, images, { target: logit }); // score is a logit here
 * ```
 */
export const logit: Target = {
  name: 'logit',
  looks: false,
  score: classes => ofClass(classes, z => z),
};

/**
 * The probability of the class, as the model computes it from its logits. Its gradient vanishes when the model is sure. If the model's
 * output is not a probability, it is treated as logits: with softmax, or with sigmoid if there is only one.
 *
 * @example
 * ```ts
 * // Of a model that ends in logits: what is explained and watched is their softmax.
 * const [{ score }] = await explain(model, images, { target: probability }); // 0 to 1
 * ```
 */
export const probability: Target = {
  name: 'probability',
  looks: false,
  bounded: true,
  score: (classes, _, link) =>
    ofClass(classes, z =>
      link === 'sigmoid' || z.shape[1] === 1 ? sigmoid(z) : (softmax(z) as Tensor2D),
    ),
};

/**
 * The probability of the class alone, by sigmoid, for images that may have several classes.
 *
 * @example
 * ```ts
 * // A model of several labels, whose sigmoids are applied elsewhere.
 * const target = independentProbability;
 * const [{ map, score }] = await explain(model, images, { target, classIndex: 4 }); // score is 0 to 1
 * ```
 */
export const independentProbability: Target = {
  name: 'independent probability',
  looks: false,
  bounded: true,
  score: classes => ofClass(classes, z => sigmoid(z)),
};

/**
 * Log odds `log(p / (1 - p))`: the class against all others together. If classes are independent, this is the logit itself.
 *
 * @example
 * ```ts
 * // What tells class 3 from all others together, where `contrast` tells it from one.
 * const [{ map }] = await explain(model, images, { target: logOdds, classIndex: 3 });
 * ```
 */
export const logOdds: Target = {
  name: 'log odds',
  looks: false,
  score: (classes, _, link) => (logits, rows) => {
    if (link === 'sigmoid' || logits.shape[1] === 1) return logit.score(classes, [])(logits, rows);
    const own = marks(classes, rows, logits.shape[1]);
    // Subtracting a huge number removes the class from the sum over the other classes.
    const others = logTotal(sub(logits, mul(own, 1e9)));
    return sub(sum(mul(logits, own), 1), squeeze(others, [1])) as Tensor1D;
  },
};

/**
 * Logit plus log probability, as in Cai 2025 (Shapley-CAM). https://arxiv.org/abs/2501.06261
 *
 * @example
 * ```ts
 * const target = logitPlusLogProbability;
 * const [{ map }] = await explain(model, images, { method: shapleyCam(), target });
 * ```
 */
export const logitPlusLogProbability: Target = {
  name: 'logit plus log probability',
  looks: false,
  score: classes => ofClass(classes, z => sub(add(z, z), logTotal(z)) as Tensor2D),
};

/**
 * The default targets, by the model's last activation: the logit of the class, for which metrics measure the probability, or the
 * output itself if it is not a probability.
 */
export const defaultTargets: Readonly<Record<Link, Target>> = {
  softmax: {
    ...logit,
    name: 'logit before the softmax, watched as probability',
    watched: probability,
  },
  logSoftmax: {
    ...logit,
    name: 'logit before the softmax, watched as probability',
    watched: probability,
  },
  sigmoid: {
    ...logit,
    name: 'logit before the sigmoid, watched as probability',
    watched: probability,
  },
  linear: { ...logit, name: 'output' },
};

/** @throws TypeError when the value is not a target but, for example, a target's name, or when the link is unknown. */
export async function checkTarget(target: unknown, link: Link): Promise<void> {
  if (typeof (target as Target | null)?.score !== 'function' || !defaultTargets[link])
    throw (await import('../failures')).targetFailure(target, link, Object.keys(defaultTargets));
}

/**
 * Computes `log(sum(exp(z)))` of each row, `[R, 1]`. TensorFlow.js's own `logSumExp` and `logSoftmax` have no correct
 * second derivative, which Shapley-CAM needs.
 */
function logTotal(z: Tensor2D): Tensor2D {
  const highest = highestOf(z);
  return add(log(sum(exp(sub(z, highest)), 1, true)), highest) as Tensor2D;
}

/** The maximum is treated as a constant, because it is subtracted and added again, so that its derivative is 0. */
const highestOf = /* @__PURE__ */ customGrad(z => ({
  value: max(z as Tensor2D, 1, true),
  gradFunc: () => zerosLike(z as Tensor2D),
}));
