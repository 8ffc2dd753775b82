import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { GraphModelLike } from '../graph/model';
import type { GraphTopology } from '../graph/topology';
import { type PreparedModel, type PrepareOptions, preparing } from './prepared';

/** A loaded model, or a prepared one. */
export type Explainable = LayersModel | GraphModelLike | PreparedModel;

/** How to prepare a model that is not prepared yet: see `prepareModel` and `prepareGraph`. */
export interface SourceOptions extends PrepareOptions {
  /** For a graph; see `prepareGraph`. */
  readonly topology?: GraphTopology;
  /** For a graph; see `prepareGraph`. */
  readonly size?: readonly [number, number];
}

const prepared = new WeakMap<object, Map<string, Kept>>();

interface Kept {
  readonly given: SourceOptions['given'];
  readonly parts: PreparedModel;
}

/**
 * Returns the prepared parts of a model. A model is prepared once for each tap, input and output. The parts are kept as long as
 * the model exists, or until {@link dispose}.
 *
 * @throws TypeError when the value is not a model, or when a prepared model should be prepared in another way.
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
  // The prepare functions refuse an undefined name.
  const again = Object.values(own).includes(undefined) || before?.parts.isStale?.();
  if (before && !again && sameTensors(before.given, given)) return result(before.parts);
  // The code that reads models is loaded only for models that are not prepared. A program that prepares its
  // models itself needs only one kind of reader.
  const parts =
    'layers' in model
      ? (await import('./layers-model')).prepareModel(model, own)
      : (await import('../graph/prepare')).prepareGraph(model, own);
  known.set(key, { given, parts });
  return result(parts);
}

/**
 * Forgets how a model was prepared for explanations. The model itself is not changed.
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
