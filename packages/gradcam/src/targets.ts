import {
  add,
  concat,
  customGrad,
  div,
  exp,
  gather,
  log,
  max,
  mul,
  neg,
  norm,
  sigmoid,
  softmax,
  squeeze,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { indicator } from './indicator';
import type { Link } from './logits';
import { atLeastOne, atLeastZero, oneOf } from './method';

/**
 * The score of each row of logits, differentiable.
 *
 * @param logits `[R, K]`.
 * @param rows Which image each of the R rows belongs to; a method that asks the model again has many rows for one image.
 * @returns `[R]`.
 */
export type Score = (logits: Tensor2D, rows: readonly number[]) => Tensor1D;

/** What is explained about each image, and what metrics watch. */
export interface Target {
  /** In words, for results. */
  readonly name?: string;
  /** Whether `score` looks at the logits of the images as they are. */
  readonly looks: boolean;
  /** Whether the score is a probability, 0 to 1: what metrics that divide by it need. Default false. */
  readonly bounded?: boolean;
  /**
   * @param classes The explained class of each image.
   * @param logits `[K]` of each image; empty unless `looks`.
   * @param link How the model's output comes from its logits. Default softmax.
   */
  score(classes: readonly number[], logits: readonly Float32Array[], link?: Link): Score;
  /** What metrics watch in its place: the same about the image, in other units. Default: itself. */
  readonly watched?: Target;
}

/** The logit of the class: it does not vanish where the model is sure. */
export const logit: Target = {
  name: 'logit',
  looks: false,
  score: classes => ofClass(classes, z => z),
};

/**
 * The probability of the class, as the model makes it of its logits; its gradient vanishes where the model is sure. Of an
 * output that is no probability, it is taken for logits: by softmax, or by sigmoid where there is but one.
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

/** The probability of the class by itself, by sigmoid: where an image may have several classes. */
export const independentProbability: Target = {
  name: 'independent probability',
  looks: false,
  bounded: true,
  score: classes => ofClass(classes, z => sigmoid(z)),
};

/** `log(p / (1 - p))`: the class against all others together. The logit itself where classes are independent. */
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

/** Logit plus log probability, as in Cai 2025 (Shapley-CAM). https://arxiv.org/abs/2501.06261 */
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

/** One logit for each class: a single sigmoid's are against and for it. */
export function classLogits(
  { classes }: { readonly classes: number },
  logits: Float32Array,
): Float32Array {
  return classes === 2 && logits.length === 1 ? Float32Array.of(-logits[0]!, logits[0]!) : logits;
}

/** @throws TypeError for what is no target, such as its name, and for a link that there is not. */
export async function checkTarget(target: unknown, link: Link): Promise<void> {
  if (typeof (target as Target | null)?.score !== 'function' || !defaultTargets[link])
    throw (await import('./failures')).targetFailure(target, link, Object.keys(defaultTargets));
}

/**
 * The score of a target for a model. What a target gets is one logit for each class: a single sigmoid is given as two, against
 * and for it.
 */
export function scoreOf(
  target: Target,
  { link, classes: count }: { readonly link: Link; readonly classes: number },
  classes: readonly number[],
  logits: readonly Float32Array[] = [],
): Score {
  const score = target.score(classes, logits, link);
  return (z, rows) => score(count === 2 && z.shape[1] === 1 ? concat([neg(z), z], 1) : z, rows);
}

export interface ContrastOptions {
  /** The class to be told from, one for all images or one each. Default: of all others, the one with the highest logit. */
  readonly against?: number | readonly number[];
  /** How much of the rival's logit is taken off, 0 to 1. Default 1. */
  readonly strength?: number;
}

/**
 * Why this class and not that one: the difference of two logits.
 *
 * The idea of Finer-CAM with one rival. Zhang et al. 2025. https://arxiv.org/abs/2501.11309
 *
 * @throws RangeError when the rival is the class itself or is not one of the model's, or `strength` is not 0 to 1.
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

export interface FinerOptions {
  /** Number of rivals, those whose logits are closest to the class's. Default 3. */
  readonly rivals?: number;
  /** How much of the rivals' logits is taken off. Default 1 for 'pgc', 0.6 for 'torchcam'. */
  readonly strength?: number;
  /**
   * 'pgc' (default): rivals weighed by their probability, which the gradient passes through, as the authors' code and
   * pytorch-grad-cam have it. 'torchcam': their plain mean.
   */
  readonly variant?: 'pgc' | 'torchcam';
}

/** Finer-CAM: the class against its nearest rivals. Zhang et al. 2025. https://arxiv.org/abs/2501.11309 */
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

/**
 * How close an embedding is to another by the cosine of the angle between them: for a model whose output is an embedding.
 *
 * @param reference `[K]`, one for all images or one each.
 */
export function similarity(reference: ArrayLike<number> | readonly ArrayLike<number>[]): Target {
  const each = (image: number): number[] =>
    Array.from((typeof reference[0] === 'number' ? reference : reference[image]) as number[]);
  return {
    name: 'similarity',
    looks: false,
    score: () => (embeddings, rows) => {
      const others = tensor2d(rows.map(each));
      if (others.shape[1] !== embeddings.shape[1])
        throw new RangeError(
          `The reference of similarity should have ${embeddings.shape[1]} numbers, as the output has; it has ${others.shape[1]}.`,
        );
      const products = sum(mul(embeddings, others), 1);
      const lengths = mul(norm(embeddings, 2, 1), norm(others, 2, 1));
      return div(products, add(lengths, 1e-12)) as Tensor1D;
    },
  };
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

/** The other class with the highest logit. */
function nearest(own: number, logits: Float32Array): number {
  let best = own === 0 ? 1 : 0;
  logits.forEach((value, index) => {
    if (index !== own && value > logits[best]!) best = index;
  });
  return best;
}

function ofClass(classes: readonly number[], from: (logits: Tensor2D) => Tensor2D): Score {
  return (logits, rows) =>
    sum(mul(from(logits), marks(classes, rows, logits.shape[1])), 1) as Tensor1D;
}

/** `[R, K]`: 1 at each row's class. */
function marks(classes: readonly number[], rows: readonly number[], count: number): Tensor2D {
  return indicator(
    rows.map(row => classes[row]!),
    count,
  );
}
