import type { Variable } from '@tensorflow/tfjs-core';
import type { NamedLayer, Trainable, Weight } from './trainable';

/** A weight and its name in files. */
export interface NamedWeight<W extends Weight> {
  readonly name: string;
  readonly weight: W;
}

/**
 * All weights of a model, each once. A weight is named `layer/part`. If a model is used as a layer of another model, its
 * name is a prefix of the names of its weights, so two models can have layers with the same name: `head/bn1/gamma`. A
 * prefix that a name has already is not added again. If a model does not list its `layers`, its weights keep their own
 * names.
 *
 * @throws Error when two weights have the same name; the error names the layers of both.
 */
export function namedWeights<W extends Weight>(
  model: Omit<Trainable, 'weights' | 'apply'> & { readonly weights?: readonly W[] },
): NamedWeight<W>[] {
  const known = new Map<Weight, { readonly name: string; readonly place: string }>();
  for (const { weight, ...rest } of (model.layers ?? []).flatMap(layer => placesOf(layer)))
    if (!known.has(weight)) known.set(weight, rest);

  const byName = new Map<string, NamedWeight<W> & { readonly place: string }>();
  const listed = model.weights ?? (model.trainableWeights as readonly W[]);
  for (const [index, weight] of [...new Set(listed)].entries()) {
    const named = known.get(weight) ?? {
      name: weight.originalName ?? variableName(weight),
      place: `number ${index} of the weights, the variable '${variableName(weight)}'`,
    };
    const other = byName.get(named.name);
    if (other)
      throw new Error(
        `Two weights are called '${named.name}': ${other.place}, and ${named.place}. One would be lost in a ` +
          'file. Give the layers different names.',
      );
    byName.set(named.name, { ...named, weight });
  }
  return [...byName.values()];
}

/**
 * All weights by checkpoint name.
 *
 * @throws Error when two weights have the same name; the error names the layers of both.
 */
export function variablesOf(model: Trainable): Map<string, Variable> {
  return new Map(namedWeights(model).map(({ name, weight }) => [name, weight.read() as Variable]));
}

interface Place {
  readonly weight: Weight;
  readonly name: string;
  readonly place: string;
}

/** @param scope Path of the model that contains the layer; empty at the top level. */
function placesOf(layer: NamedLayer, scope = ''): Place[] {
  const isInFront = scope === '' || layer.name.startsWith(`${scope}/`);
  const path = isInFront ? layer.name : `${scope}/${layer.name}`;
  if (layer.layers)
    return layer.layers
      .flatMap(each => placesOf(each, path))
      .map(({ place, ...named }) => ({ ...named, place: `${place} of '${layer.name}'` }));
  return layer.weights.map((weight, index) => ({
    weight,
    name: `${path}/${partOf(layer.name, weight.originalName ?? variableName(weight))}`,
    place: `weight ${index} of the layer '${layer.name}'`,
  }));
}

/** The name of a weight within its layer, without the prefix that a nested model adds when it is built late. */
function partOf(layer: string, name: string): string {
  const start = `/${name}`.lastIndexOf(`/${layer}/`);
  return start < 0 ? name : name.slice(start + layer.length + 1);
}

const variableName = (weight: Weight) => (weight.read() as { readonly name: string }).name;
