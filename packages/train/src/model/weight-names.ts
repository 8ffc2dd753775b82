import type { Variable } from '@tensorflow/tfjs-core';
import type { NamedLayer, Trainable, Weight } from './trainable';

/** A weight, and what files call it. */
export interface NamedWeight<W extends Weight> {
  readonly name: string;
  readonly weight: W;
}

/**
 * All weights of a model, each once. A weight is called `layer/part`; in a model that is a layer of another it has that one's
 * name in front, so that two models can name their layers alike: `head/bn1/gamma`. What is in front already is not put there
 * again. A model that does not say its `layers` calls its weights by their own names.
 *
 * @throws Error when two weights have one name, saying where they are.
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
        `Two weights are called '${named.name}': ${other.place}, and ${named.place}. One would be lost; give the layers names of their own.`,
      );
    byName.set(named.name, { ...named, weight });
  }
  return [...byName.values()];
}

/**
 * Every weight by its name in checkpoints.
 *
 * @throws Error when two weights have one name, saying where they are.
 */
export function variablesOf(model: Trainable): Map<string, Variable> {
  return new Map(namedWeights(model).map(({ name, weight }) => [name, weight.read() as Variable]));
}

interface Place {
  readonly weight: Weight;
  readonly name: string;
  readonly place: string;
}

/** @param scope Path of the model that the layer is in; empty at the top. */
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

/** What a weight is called in its layer, without what a model that was built late puts in front of it. */
function partOf(layer: string, name: string): string {
  const start = `/${name}`.lastIndexOf(`/${layer}/`);
  return start < 0 ? name : name.slice(start + layer.length + 1);
}

const variableName = (weight: Weight) => (weight.read() as { readonly name: string }).name;
