import type { Tensor } from '@tensorflow/tfjs-core';
import { type ExplainOptions, explain } from '../explain';
import { checkedMethod, type Method, oneOf } from '../methods/method';
import type { PreparedModel } from '../model/prepared';
import { type Explainable, partsOf } from '../model/source';
import type { Target } from '../targets/target';
import { type BaselineName, baselines } from './baselines';
import { type Metric, type MetricInput, type MetricInputOptions, metricInput } from './metric';
import { type Mask, TargetError, unbounded, watchedTarget } from './subject';
import { type MetricName, metrics } from './table';

export interface ComparisonOptions extends Omit<MetricInputOptions, 'method' | 'explained'> {
  /** Baselines to compare the methods with. Default: all baselines. */
  readonly baselines?: readonly BaselineName[];
  /** Index of the class to explain, one for all images or one for each. Default: the predicted class. */
  readonly classIndex?: ExplainOptions['classIndex'];
  /**
   * Names of metrics in the table `metrics`, or an object of metrics by name, which may include your own. Default: ROAD,
   * deletion, insertion, average drop and increase.
   */
  readonly metrics?: readonly MetricName[] | Readonly<Record<string, Metric>>;
  /** Masks of the object, one per image. If metrics are given by name, those that need masks are measured in addition. */
  readonly masks?: readonly Mask[];
}

/** A method that uses another tap than the others, or explains another score of the class. */
export interface MethodAt {
  readonly parts: Explainable;
  readonly method: Method;
  /** The quantity that this method explains. The measured quantity remains the common `target` option. Default: the same. */
  readonly target?: Target;
}

export interface ComparisonRow {
  readonly name: string;
  /** Whether this is a baseline, which ignores the model. A method should be better than that. */
  readonly baseline: boolean;
  /** Description of the measured score. */
  readonly watched: string;
  /** Usual metrics that make no sense for that score, with the reasons. */
  readonly senseless: Readonly<Record<string, string>>;
  /** Means over the images. */
  readonly scores: Scores;
}

/** Scores by the names of metrics, including your own. */
export type Scores = Readonly<Partial<Record<MetricName, number>> & Record<string, number>>;

const usual = ['road', 'deletion', 'insertion', 'averageDrop', 'averageIncrease'] as const;

type Compared = Readonly<Record<string, Method | MethodAt>>;

/** See `compare` in comparison.ts. */
export async function compare(
  model: Explainable,
  images: Tensor,
  methods: Compared,
  options: ComparisonOptions = {},
): Promise<ComparisonRow[]> {
  const [parts, own] = await partsOf(model, options);
  const { classIndex, target: wanted, masks, batch, signal, seed } = own;
  if (masks && masks.length !== images.shape[0])
    throw new RangeError(`There are ${images.shape[0]} images and ${masks.length} masks.`);
  const chosen = chosenMetrics(own);
  const beside = own.baselines ?? (Object.keys(baselines) as BaselineName[]);
  for (const name of beside) oneOf(name, Object.keys(baselines), 'baselines');
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
    // All rows are measured by the same score, whatever each method explains.
    const watched = watchedTarget(parts, {}, wanted);
    const input = metricInput({
      parts: row,
      images,
      explanations,
      ...(masks && { masks }),
      options: { ...own, target: watched, ...(target && { explained: target }), method },
    });
    const measured = await measure(chosen, input, watched, own.metrics !== undefined);
    rows.push({ name, baseline, watched: watched.name ?? 'a target of your own', ...measured });
  }
  return rows;
}

type Chosen = readonly (readonly [name: string, metric: Metric])[];

/**
 * Returns the requested metrics. If they are given by name and there are masks, the metrics that need masks are added.
 *
 * @throws RangeError for an unknown name; TypeError for a value that is not a metric, or for a metric whose masks or model are missing.
 */
function chosenMetrics({ metrics: asked = usual, masks, model }: ComparisonOptions): Chosen {
  const table: Readonly<Record<string, Metric>> = metrics;
  const isList = (given: typeof asked): given is readonly MetricName[] => Array.isArray(given);
  const names = isList(asked) ? asked.map(name => oneOf(name, Object.keys(table), 'metrics')) : [];
  const located = Object.keys(table).filter(name => masks && table[name]!.needs === 'masks');
  const chosen = isList(asked)
    ? [...new Set<string>([...names, ...located])].map(name => [name, table[name]!] as const)
    : Object.entries(asked);
  for (const [name, metric] of chosen) {
    if (typeof metric?.measure !== 'function' || !sides.includes(metric.better))
      throw new TypeError(
        `The metric '${name}' should be { better: 'higher', 'lower' or 'neither', measure: a function }.`,
      );
    if (metric.needs === 'masks' && !masks)
      throw new TypeError(`The metric '${name}' needs masks: compare(..., { masks }).`);
    if (metric.needs === 'model' && !model)
      throw new TypeError(`The metric '${name}' needs the model: compare(..., { model }).`);
  }
  return chosen;
}

const sides: readonly string[] = ['higher', 'lower', 'neither'] satisfies Metric['better'][];

/** @throws TargetError when a requested metric makes no sense for the measured score. */
async function measure(
  chosen: Chosen,
  input: MetricInput,
  watched: Target,
  asked: boolean,
): Promise<Pick<ComparisonRow, 'scores' | 'senseless'>> {
  const scores: Record<string, number> = {};
  const senseless: Record<string, string> = {};
  for (const [name, metric] of chosen) {
    const reason = metric.needs === 'probability' ? unbounded(name, watched) : undefined;
    if (reason && asked) throw new TargetError(reason);
    if (reason) {
      senseless[name] = reason;
      continue;
    }
    const values = await metric.measure(input);
    const images = input.explanations.length;
    if (values.length !== images)
      throw new TypeError(
        `The metric '${name}' should give a number for each of ${images} images; it gave ${values.length}.`,
      );
    scores[name] = values.reduce((total, value) => total + value, 0) / images;
  }
  return { scores, senseless };
}

/** Prepares what a row with another tap explains, for the same output of the model. */
async function sameOutput(
  parts: PreparedModel,
  at: Explainable,
  { tap: _, ...options }: ComparisonOptions,
  name: string,
): Promise<PreparedModel> {
  const [row] = await partsOf(at, 'tail' in at ? {} : options);
  if (row.output.name === parts.output.name) return row;
  throw new TargetError(
    `The method '${name}' explains the output '${row.output.name}', but the metrics measure '${parts.output.name}'. Prepare both for the same output: { output: name }.`,
  );
}
