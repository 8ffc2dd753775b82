import {
  add,
  cast,
  max,
  min,
  mul,
  randomUniform,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { generator } from '../algebra/generator';
import { type ExplainOptions, type Explanation, explain } from '../explain';
import { atLeastOne, atLeastZero } from '../methods/method';
import type { Explainable } from '../model/source';
import { type ClassMap, type MetricOptions, subjectsOf } from './subject';

export interface InfidelityOptions extends MetricOptions {
  /** Number of perturbed images. Default 50. */
  readonly samples?: number;
  /** Standard deviation of the noise, as a share of the image's range of values. Default 0.1. */
  readonly noise?: number;
  /** Seed of the noise, an integer. Default 0. */
  readonly seed?: number;
}

export interface SensitivityOptions extends ExplainOptions {
  /** Number of perturbed images. Default 10. */
  readonly samples?: number;
  /** Largest change of a pixel, as a share of the image's range of values. Default 0.02. */
  readonly radius?: number;
  /** Seed of the changes, an integer. Default 0. */
  readonly seed?: number;
}

/** See `infidelity` in robustness.ts. */
export async function infidelity(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: InfidelityOptions = {},
): Promise<number[]> {
  const { samples = 50, noise = 0.1, seed = 0 } = options;
  atLeastOne(samples, 'samples');
  atLeastZero(noise, 'noise');
  const results: number[] = [];
  for (const subject of await subjectsOf(model, images, explanations, options)) {
    const { values, colors } = subject.pixels;
    const deviation = noise * rangeOf(values);
    const foretold = new Float64Array(samples);
    const scores = await subject.scores(samples, sample => {
      const random = generator(seed * samples + sample);
      return values.map((value, i) => {
        const change = deviation * normal(random);
        foretold[sample]! += change * subject.map.values[Math.floor(i / colors)]!;
        return value - change;
      });
    });
    results.push(
      unexplained(
        foretold,
        scores.map(score => subject.score - score),
      ),
    );
  }
  return results;
}

/** The share of the mean square of `actual` that remains after the best multiple of `foretold` is subtracted. */
function unexplained(foretold: Float64Array, actual: readonly number[]): number {
  const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
  const total = product(actual, actual);
  const own = product(foretold, foretold);
  if (total === 0 || own === 0) return total === 0 ? 0 : 1;
  return 1 - product(foretold, actual) ** 2 / (own * total);
}

/** See `sensitivity` in robustness.ts. */
export async function sensitivity(
  model: Explainable,
  images: Tensor,
  options: SensitivityOptions = {},
): Promise<number[]> {
  const { samples = 10, radius = 0.02, seed = 0, ...explaining } = options;
  atLeastOne(samples, 'samples');
  atLeastZero(radius, 'radius');
  const before = await explain(model, images, explaining);
  const classIndex = before.map(explanation => explanation.classIndex);
  const worst = before.map(() => 0);
  for (let sample = 0; sample < samples; sample++) {
    explaining.signal?.throwIfAborted();
    const changed = jittered(images, radius, seed * samples + sample + 1);
    try {
      const after = await explain(model, changed, { ...explaining, classIndex });
      after.forEach((explanation, image) => {
        worst[image] = Math.max(worst[image]!, change(before[image]!, explanation));
      });
    } finally {
      changed.dispose();
    }
  }
  return worst;
}

function jittered(images: Tensor, radius: number, seed: number): Tensor {
  return tidy(() => {
    // Without a batch axis there is only one image, so the reduction covers all axes.
    const axes = images.rank === 4 ? [1, 2, 3] : undefined;
    const range = sub(max(images, axes, true), min(images, axes, true));
    const noise = randomUniform(images.shape, -radius, radius, 'float32', seed);
    return cast(add(images, mul(noise, range)), images.dtype);
  });
}

function change(before: Explanation, after: Explanation): number {
  const [a, b] = [before.map.values, after.map.values];
  const size = lengthOf(a);
  const moved = lengthOf(a.map((value, i) => b[i]! - value));
  return size > 0 ? moved / size : moved > 0 ? Infinity : 0;
}

/** `Math.hypot(...)` cannot be used: as arguments, the values of an image-sized map would overflow the stack. */
function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((total, value) => total + value * value, 0));
}

function rangeOf(values: Float32Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low;
}

/** Draws a number from the standard normal distribution (Box & Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
