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
  /** Baselines to stand beside the methods. Default all. */
  readonly baselines?: readonly BaselineName[];
  /** The class to explain, one for all images or one each. Default: the predicted one. */
  readonly classIndex?: ExplainOptions['classIndex'];
  /**
   * Names of the table `metrics`; or metrics by their names, where some are your own. Default ROAD, deletion, insertion, average drop and
   * increase.
   */
  readonly metrics?: readonly MetricName[] | Readonly<Record<string, Metric>>;
  /** Where the thing is, one mask an image. Beside metrics that are named, those that need masks are measured too. */
  readonly masks?: readonly Mask[];
}

/** A method that looks at another tap than the others, or explains another score of the class. */
export interface MethodAt {
  readonly parts: Explainable;
  readonly method: Method;
  /** What it explains; what is watched is the `target` of the options for all. Default the same. */
  readonly target?: Target;
}

export interface ComparisonRow {
  readonly name: string;
  /** Whether it looks at nothing that the model computes: what a method has to be better than. */
  readonly baseline: boolean;
  /** The score that was watched, in words. */
  readonly watched: string;
  /** Usual metrics that make no sense of that score, and why. */
  readonly senseless: Readonly<Record<string, string>>;
  /** Means over the images. */
  readonly scores: Scores;
}

/** By the names of metrics, and by those of your own. */
export type Scores = Readonly<Partial<Record<MetricName, number>> & Record<string, number>>;

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
    // All rows are measured by one score, whatever each explains.
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
 * The metrics that are asked for, and beside those that are named all that need masks, where there are some.
 *
 * @throws RangeError for an unknown name; TypeError for what is no metric, or lacks what it needs.
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

/** @throws TargetError when a metric that was asked for makes no sense of what is watched. */
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
