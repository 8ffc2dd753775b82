import type { NamedLayer, Trainable, Weight } from '../model/trainable';

/** A layer that can return its configuration, for example a `tf.layers.Layer`. */
interface ConfiguredLayer extends NamedLayer {
  getConfig?(): Readonly<Record<string, unknown>>;
}

/**
 * Weights whose initial values differ each time their model is created, because their layer draws them without a seed. They
 * cannot show whether two models are the same.
 */
export function drawsAnew({ layers = [] }: Trainable): Set<Weight> {
  const found = new Set<Weight>();
  const visit = (layer: ConfiguredLayer) => {
    if (layer.layers) {
      layer.layers.forEach(visit);
      return;
    }
    const parts = layer.getConfig ? unseededParts(layer.getConfig()) : [];
    for (const weight of layer.weights) {
      const part = weight.originalName?.split('/').at(-1) ?? '';
      if (parts.some(each => part.replaceAll('_', '').startsWith(each))) found.add(weight);
    }
  };
  layers.forEach(visit);
  return found;
}

/** Names such as `kernel` for every `kernelInitializer` that draws without a seed, including the layer inside a wrapper. */
function unseededParts(config: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    if (typeof value !== 'object' || value === null) return [];
    const inner = (value as { readonly config?: Readonly<Record<string, unknown>> }).config;
    if (!inner) return [];
    const isInitializer = key.endsWith('Initializer');
    if (isInitializer)
      return 'seed' in inner && !inner.seed ? [key.slice(0, -11).toLowerCase()] : [];
    return unseededParts(inner);
  });
}
