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
 * The logit of the class. Its gradient does not vanish where the model is sure.
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
 * The probability of the class, as the model makes it of its logits; its gradient vanishes where the model is sure. An output
 * that is no probability is taken for logits: by softmax, or by sigmoid where there is only one.
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
 * The probability of the class by itself, by sigmoid: for images that may have several classes.
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
 * `log(p / (1 - p))`: the class against all others together. The logit itself where classes are independent.
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
    // A class that is far below every other does not count among the others.
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
 * What is explained where nothing else is asked for, by how the model ends: the logit of the class, which metrics watch as its
 * probability, or the output itself where it is none.
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

/** @throws TypeError for what is no target, such as its name, and for a link that there is not. */
export async function checkTarget(target: unknown, link: Link): Promise<void> {
  if (typeof (target as Target | null)?.score !== 'function' || !defaultTargets[link])
    throw (await import('../failures')).targetFailure(target, link, Object.keys(defaultTargets));
}

/**
 * `log(sum(exp(z)))` of each row, `[R, 1]`. TensorFlow.js's own, and its `logSoftmax`, have no right second derivative, which
 * Shapley-CAM asks for.
 */
function logTotal(z: Tensor2D): Tensor2D {
  const highest = highestOf(z);
  return add(log(sum(exp(sub(z, highest)), 1, true)), highest) as Tensor2D;
}

/** Taken for a constant: the derivative by what is taken off and added again is 0. */
const highestOf = /* @__PURE__ */ customGrad(z => ({
  value: max(z as Tensor2D, 1, true),
  gradFunc: () => zerosLike(z as Tensor2D),
}));
