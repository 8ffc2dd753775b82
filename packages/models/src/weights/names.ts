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
  const byName = new Map<string, NamedWeight>();
  const seen = new Set<LayerVariable>();
  for (const named of ofLayers.flatMap(weightsOf)) {
    const { name, weight, place } = named;
    // A layer that several models share is saved with the first of them.
    if (seen.has(weight)) continue;
    seen.add(weight);
    const other = byName.get(name);
    if (other)
      throw new Error(
        `Two weights are called '${name}': ${other.place}, and ${place}. One would be lost in files; give the layers names of their own.`,
      );
    byName.set(name, named);
  }
  return [...byName.values()];
}

function weightsOf(layer: layers.Layer): NamedWeight[] {
  if (isModel(layer))
    return layer.layers.flatMap(weightsOf).map(({ name, weight, place }) => ({
      name: qualified(layer.name, name),
      weight,
      place: `${place} of '${layer.name}'`,
    }));
  return layer.weights.map((weight, index) => ({
    name: ownName(layer.name, weight.originalName),
    weight,
    place: `weight ${index} of the layer '${layer.name}'`,
  }));
}

/** A name behind the path that it is in. */
export function qualified(path: string, name: string): string {
  return path === '' || name.startsWith(`${path}/`) ? name : `${path}/${name}`;
}

/** `layer/part`, without what a model that was built late puts in front of it. */
function ownName(layer: string, name: string): string {
  const start = `/${name}`.lastIndexOf(`/${layer}/`);
  return start < 0 ? `${layer}/${name}` : name.slice(start);
}
