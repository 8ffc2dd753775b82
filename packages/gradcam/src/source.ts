import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { GraphModelLike } from './graph/model';
import type { GraphTopology } from './graph/topology';
import { checkNames } from './ports';
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
  const entries = Object.entries(options);
  const own = Object.fromEntries(entries.filter(([name]) => preparing.includes(name)));
  const rest = Object.fromEntries(entries.filter(([name]) => !preparing.includes(name))) as Omit<
    O,
    keyof SourceOptions
  >;
  if (isPrepared(model)) {
    const [name] = Object.keys(own);
    if (name === undefined) return [model, rest];
    throw new TypeError(
      `The model is prepared already, at '${model.tap}'; '${name}' belongs to where it is prepared.`,
    );
  }
  if (!(model instanceof Object && ('layers' in model || 'execute' in model)))
    throw new TypeError(
      'A tf.LayersModel, a tf.GraphModel or what prepareModel, prepareGraph or prepareFunctions gave is explained, and before the images.',
    );
  checkNames(own);
  const { given, topology: _, ...named } = own as SourceOptions;
  const key = JSON.stringify(Object.entries(named).sort());
  const known = prepared.get(model) ?? new Map<string, Kept>();
  prepared.set(model, known);
  const before = known.get(key);
  if (before && sameTensors(before.given, given)) return [before.parts, rest];
  // What reads models is loaded where a model comes as it is: whoever prepares models themselves needs but one kind.
  const parts =
    'layers' in model
      ? (await import('./layers-model')).prepareModel(model, own)
      : (await import('./graph/prepare')).prepareGraph(model, own);
  known.set(key, { given, parts });
  return [parts, rest];
}

/** Forgets how a model was prepared for explanations. The model itself stays as it is. */
export function dispose(model: Exclude<Explainable, PreparedModel>): void {
  prepared.delete(model);
}

const isPrepared = (model: Explainable): model is PreparedModel =>
  model instanceof Object && 'tail' in model && 'forward' in model;

function sameTensors(a: SourceOptions['given'] = {}, b: SourceOptions['given'] = {}): boolean {
  const names = Object.keys({ ...a, ...b });
  return names.every(name => a[name] === b[name]);
}
