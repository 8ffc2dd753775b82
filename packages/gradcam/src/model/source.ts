import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { GraphModelLike } from '../graph/model';
import type { GraphTopology } from '../graph/topology';
import { type PreparedModel, type PrepareOptions, preparing } from './prepared';

/** A model as it is loaded, or one that is prepared already. */
export type Explainable = LayersModel | GraphModelLike | PreparedModel;

/** How a model that is not prepared yet is prepared: see `prepareModel` and `prepareGraph`. */
export interface SourceOptions extends PrepareOptions {
  /** Of a graph, see `prepareGraph`. */
  readonly topology?: GraphTopology;
  /** Of a graph, see `prepareGraph`. */
  readonly size?: readonly [number, number];
}

const prepared = new WeakMap<object, Map<string, Kept>>();

interface Kept {
  readonly given: SourceOptions['given'];
  readonly parts: PreparedModel;
}

/**
 * The prepared parts of a model. A model is prepared once for each tap, input and output, and kept as long as the model is, or
 * until {@link dispose}.
 *
 * @throws TypeError for what is no model, or when parts that are prepared should be prepared in another way.
 */
export async function partsOf<O extends SourceOptions>(
  model: Explainable,
  options: O,
): Promise<readonly [PreparedModel, Omit<O, keyof SourceOptions>]> {
  const own: SourceOptions & Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options))
    (preparing.includes(name) ? own : rest)[name] = value;
  const result = (parts: PreparedModel) => [parts, rest as Omit<O, keyof SourceOptions>] as const;
  const [option] = Object.keys(own);
  const isModel = model instanceof Object && ('layers' in model || 'execute' in model);
  if (!isModel) {
    if (isPrepared(model) && option === undefined && !model.isStale?.()) return result(model);
    throw (await import('../failures')).sourceFailure(model, option);
  }
  const { given, topology: _, ...named } = own;
  const key = JSON.stringify(Object.entries(named).sort());
  const known = prepared.get(model) ?? new Map<string, Kept>();
  prepared.set(model, known);
  const before = known.get(key);
  // A name that is undefined is refused by what prepares.
  const again = Object.values(own).includes(undefined) || before?.parts.isStale?.();
  if (before && !again && sameTensors(before.given, given)) return result(before.parts);
  // What reads models is loaded where a model comes as it is: whoever prepares models themselves needs but one kind.
  const parts =
    'layers' in model
      ? (await import('./layers-model')).prepareModel(model, own)
      : (await import('../graph/prepare')).prepareGraph(model, own);
  known.set(key, { given, parts });
  return result(parts);
}

/**
 * Forgets how a model was prepared for explanations. The model itself stays as it is.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 *
 * const place = tensor2d([[52.1, 5.2]]); // a second input of the model
 * const explanations = await explain(model, images, { given: { place } });
 * dispose(model);
 * place.dispose(); // nothing holds it any more
 * ```
 */
export function dispose(model: Exclude<Explainable, PreparedModel>): void {
  prepared.delete(model);
}

const isPrepared = (model: Explainable): model is PreparedModel =>
  model instanceof Object && 'tail' in model && 'forward' in model;

function sameTensors(a: SourceOptions['given'] = {}, b: SourceOptions['given'] = {}): boolean {
  const names = Object.keys({ ...a, ...b });
  return names.every(name => a[name] === b[name]);
}
