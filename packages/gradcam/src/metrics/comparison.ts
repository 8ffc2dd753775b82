import type { Tensor } from '@tensorflow/tfjs-core';
import { centreBaseline, emptyBaseline, randomBaseline, sobelBaseline } from '../baselines';
import { type ExplainOptions, type Explanation, explain } from '../explain';
import { checkedMethod, type Method } from '../method';
import { type Explainable, partsOf } from '../source';
import type { Target } from '../targets';
import {
  energyInMask,
  intersectionOverUnion,
  type Mask,
  pointingGame,
  rankAccuracy,
} from './localisation';
import { TargetError, unbounded, watchedTarget } from './subject';
import { metricsOfScore, metricsOfShares, type WatchOptions, watchedMaps } from './watched';

const located = {
  pointingGame,
  energyInMask,
  intersectionOverUnion,
  rankAccuracy,
} as const satisfies Record<string, (map: Explanation['map'], mask: Mask) => number>;

const baselines = {
  random: randomBaseline,
  centre: centreBaseline,
  sobel: sobelBaseline,
  empty: emptyBaseline,
} as const satisfies Record<string, (seed?: number) => Method>;

export type BaselineName = keyof typeof baselines;

const usual = ['road', 'deletion', 'insertion', 'averageDrop', 'averageIncrease'] as const;

/**
 * A small number is better for `deletion`, `averageDrop`, `infidelity`, `sensitivity`, `randomisation` and `complexity`, a large
 * one for the others.
 */
export type MetricName = keyof typeof metricsOfScore | keyof typeof located;

export interface ComparisonOptions extends Omit<WatchOptions, 'method'> {
  /** Baselines to stand beside the methods. Default all. */
  readonly baselines?: readonly BaselineName[];
  /** The class to explain, one for all images or one each. Default: the predicted one. */
  readonly classIndex?: ExplainOptions['classIndex'];
  /** Which metrics besides those with masks. Default ROAD, deletion, insertion, average drop and increase. */
  readonly metrics?: readonly (keyof typeof metricsOfScore)[];
  /** Where the thing is, one mask an image; with them the pointing game, energy, intersection over union and rank accuracy. */
  readonly masks?: readonly Mask[];
}

/** A method that looks at another tap than the others, or explains another score of the class. */
export interface MethodAt {
  readonly parts: Explainable;
  readonly method: Method;
  /** What it explains; what is watched is the `target` of the options for all. Default the same. */
  readonly target?: Target;
}

type Compared = Readonly<Record<string, Method | MethodAt>>;

export interface ComparisonRow {
  readonly name: string;
  /** Whether it looks at nothing that the model computes: what a method has to be better than. */
  readonly baseline: boolean;
  /** The score that was watched, in words. */
  readonly watched: string;
  /** Usual metrics that make no sense of that score, and why. */
  readonly senseless: Readonly<Partial<Record<MetricName, string>>>;
  /** Means over the images. */
  readonly scores: Readonly<Partial<Record<MetricName, number>>>;
}

/**
 * Methods side by side, with the baselines random, centre, Sobel and empty beside them.
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
 * @throws RangeError when there are not as many masks as images, or a mask has nothing inside.
 * @throws TargetError when a metric is asked for that makes no sense of what is watched.
 * @throws TypeError when `randomisation` is asked for without the model.
 */
export async function compare(
  model: Explainable,
  images: Tensor,
  methods: Compared,
  options: ComparisonOptions = {},
): Promise<ComparisonRow[]> {
  const [parts, own] = await partsOf(model, options);
  const { classIndex, target: wanted, masks, batch, signal, seed } = own;
  const { metrics = usual as readonly (keyof typeof metricsOfScore)[] } = own;
  const beside = own.baselines ?? (Object.keys(baselines) as BaselineName[]);
  if (masks && masks.length !== images.shape[0])
    throw new RangeError(`There are ${images.shape[0]} images and ${masks.length} masks.`);
  const passed = {
    ...(classIndex !== undefined && { classIndex }),
    ...(batch !== undefined && { batch }),
    ...(signal && { signal }),
  };
  const rows: ComparisonRow[] = [];
  const named = (given: Compared, baseline: boolean) =>
    Object.entries(given).map(([name, method]) => {
      const at: MethodAt =
        'parts' in Object(method) ? (method as MethodAt) : { parts, method: method as Method };
      checkedMethod(at.method, `The method '${name}'`);
      return { name, baseline, at };
    });
  const known = Object.fromEntries(beside.map(name => [name, baselines[name](seed)]));
  for (const { name, baseline, at } of [...named(methods, false), ...named(known, true)]) {
    const { method, target = wanted }: MethodAt = at;
    const how = { ...passed, ...(target && { target }), method };
    const explanations = await explain(at.parts, images, how);
    const scores: Partial<Record<MetricName, number>> = {};
    // All rows are judged by one score, whatever each explains.
    const watched = watchedTarget(parts, {}, wanted);
    const maps = watchedMaps(at.parts, images, explanations, {
      ...own,
      target: watched,
      ...(target && { explained: target }),
      method,
    });
    const senseless: Partial<Record<MetricName, string>> = {};
    for (const metric of metrics) {
      const reason = metricsOfShares.has(metric) ? unbounded(metric, watched) : undefined;
      if (reason && own.metrics) throw new TargetError(reason);
      if (reason) senseless[metric] = reason;
      else scores[metric] = mean(await metricsOfScore[metric](maps));
    }
    if (masks) {
      for (const metric of Object.keys(located) as (keyof typeof located)[])
        scores[metric] = mean(
          explanations.map(({ map }, image) => located[metric](map, masks[image]!)),
        );
    }
    rows.push({
      name,
      baseline,
      watched: watched.name ?? 'a target of your own',
      scores,
      senseless,
    });
  }
  return rows;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
