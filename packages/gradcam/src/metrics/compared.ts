import type { Tensor } from '@tensorflow/tfjs-core';
import { type Explanation, explain } from '../explain';
import { checkedMethod, type Method, oneOf } from '../methods/method';
import type { PreparedModel } from '../model/prepared';
import { type Explainable, partsOf } from '../model/source';
import { centerBaseline, emptyBaseline, randomBaseline, sobelBaseline } from './baselines';
import type {
  BaselineName,
  ComparisonOptions,
  ComparisonRow,
  MethodAt,
  MetricName,
} from './comparison';
import {
  energyInMask,
  intersectionOverUnion,
  type Mask,
  pointingGame,
  rankAccuracy,
} from './localization';
import { TargetError, unbounded, watchedTarget } from './subject';
import { metricsOfScore, metricsOfShares, watchedMaps } from './watched';

export const located = {
  pointingGame,
  energyInMask,
  intersectionOverUnion,
  rankAccuracy,
} as const satisfies Record<string, (map: Explanation['map'], mask: Mask) => number>;

export const baselines = {
  random: randomBaseline,
  center: centerBaseline,
  sobel: sobelBaseline,
  empty: emptyBaseline,
} as const satisfies Record<string, (seed?: number) => Method>;

const usual = ['road', 'deletion', 'insertion', 'averageDrop', 'averageIncrease'] as const;

type Compared = Readonly<Record<string, Method | MethodAt>>;

/** See `compare` of comparison. */
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
  for (const metric of metrics) oneOf<string>(metric, Object.keys(metricsOfScore), 'metrics');
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
      return { name, baseline, at };
    });
  const known = Object.fromEntries(beside.map(name => [name, baselines[name](seed)]));
  for (const { name, baseline, at } of [...named(methods, false), ...named(known, true)]) {
    const { target = wanted }: MethodAt = at;
    const method = await checkedMethod(at.method, `The method '${name}'`);
    const row = await sameOutput(parts, at.parts, options, name);
    const how = { ...passed, ...(target && { target }), method };
    const explanations = await explain(row, images, how);
    const scores: Partial<Record<MetricName, number>> = {};
    // All rows are measured by one score, whatever each explains.
    const watched = watchedTarget(parts, {}, wanted);
    const maps = watchedMaps(row, images, explanations, {
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

/** What a row explains, tapped elsewhere: the same output of the model. */
async function sameOutput(
  parts: PreparedModel,
  at: Explainable,
  { tap: _, ...options }: ComparisonOptions,
  name: string,
): Promise<PreparedModel> {
  const [row] = await partsOf(at, 'tail' in at ? {} : options);
  if (row.output.name === parts.output.name) return row;
  throw new TargetError(
    `The method '${name}' explains the output '${row.output.name}', and '${parts.output.name}' is watched. Prepare both for one output: { output: name }.`,
  );
}
