import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { isModel } from '../graph';

/** A weight, and what files call it. */
export interface NamedWeight {
  readonly name: string;
  readonly weight: LayerVariable;
  /** For errors. */
  readonly place: string;
}

/**
 * All weights, layer by layer, each once. A weight is called `layer/part`; in a model that is a layer of another it has that
 * one's name in front, so that two models can name their layers alike: `head/bn1/gamma`. What is in front already is not
 * put there again, so that a model which was saved under these names has the same names when it is loaded.
 *
 * (`model.weights` puts the frozen ones last, so that its order depends on what is frozen.)
 *
 * @throws Error when two weights have one name, saying where they are.
 */
export function namedWeights(ofLayers: readonly layers.Layer[]): NamedWeight[] {
  const seen = new Set<LayerVariable>();
  const first = ofLayers
    .flatMap(layer => weightsOf(layer))
    .filter(({ weight }) => {
      // A layer that several models share is saved with the first of them.
      const isFirst = !seen.has(weight);
      seen.add(weight);
      return isFirst;
    });
  return distinct(first);
}

/**
 * All weights at every place that they have: those of a layer that several models share once for each of them, as a format
 * needs it in which each model has layers of its own.
 *
 * @throws Error when two weights have one name, saying where they are.
 */
export function placedWeights(ofLayers: readonly layers.Layer[]): NamedWeight[] {
  return distinct(ofLayers.flatMap(layer => weightsOf(layer)));
}

function distinct(weights: readonly NamedWeight[]): NamedWeight[] {
  const byName = new Map<string, NamedWeight>();
  for (const named of weights) {
    const { name, place } = named;
    const other = byName.get(name);
    if (other && other.weight !== named.weight)
      throw new Error(
        `Two weights are called '${name}': ${other.place}, and ${place}. One would be lost in files; give the layers names of their own.`,
      );
    byName.set(name, named);
  }
  return [...byName.values()];
}

/** @param scope Path of the model that the layer is in; empty at the top. */
function weightsOf(layer: layers.Layer, scope = ''): NamedWeight[] {
  const path = qualified(scope, layer.name);
  if (isModel(layer))
    return layer.layers
      .flatMap(each => weightsOf(each, path))
      .map(({ place, ...named }) => ({ ...named, place: `${place} of '${layer.name}'` }));
  return layer.weights.map((weight, index) => ({
    name: `${path}/${partOf(layer.name, weight.originalName)}`,
    weight,
    place: `weight ${index} of the layer '${layer.name}'`,
  }));
}

/** A name after the path that it is in. */
export function qualified(path: string, name: string): string {
  return path === '' || name.startsWith(`${path}/`) ? name : `${path}/${name}`;
}

/** What a weight is called in its layer, without what a model that was built late puts in front of it. */
function partOf(layer: string, name: string): string {
  const start = `/${name}`.lastIndexOf(`/${layer}/`);
  return start < 0 ? name : name.slice(start + layer.length + 1);
}
