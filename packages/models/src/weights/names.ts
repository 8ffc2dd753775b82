import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { isModel } from '../graph';

/** A weight with its name in files. */
export interface NamedWeight {
  readonly name: string;
  readonly weight: LayerVariable;
  /** Description of the weight's place, for error messages. */
  readonly place: string;
}

/**
 * Returns all weights, layer by layer, each once. A weight's name is `layer/part`. In a model that is a layer of another model, the inner
 * model's name comes first, so that two models can use the same layer names: `head/bn1/gamma`. An existing prefix is not repeated, so a
 * model that was saved with these names has the same names after loading.
 *
 * (`model.weights` lists the frozen weights last, so its order depends on what is frozen.)
 *
 * @throws Error with the places, when two weights have the same name.
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
 * Returns all weights at every place where they occur. The weights of a layer that several models share occur once per model, for file
 * formats in which each model has its own layers.
 *
 * @throws Error with the places, when two weights have the same name.
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

/** @param scope Path of the model that contains the layer; empty at the top. */
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

/** Joins a path and a name. */
export function qualified(path: string, name: string): string {
  return path === '' || name.startsWith(`${path}/`) ? name : `${path}/${name}`;
}

/** Returns the name of a weight within its layer, without the prefix that TensorFlow.js adds in a model that is built late. */
function partOf(layer: string, name: string): string {
  const start = `/${name}`.lastIndexOf(`/${layer}/`);
  return start < 0 ? name : name.slice(start + layer.length + 1);
}
