import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { placedWeights, qualified } from './names';

interface ModelConfig {
  readonly name: string;
  readonly layers?: readonly LayerConfig[];
  /** Layer, call and tensor. */
  readonly input_layers?: readonly Reference[];
  readonly output_layers?: readonly Reference[];
}

interface LayerConfig {
  readonly class_name: string;
  readonly name?: string;
  readonly config: ModelConfig;
  readonly inbound_nodes?: readonly (readonly Reference[])[];
}

type Reference = readonly [layer: string, ...rest: unknown[]];

/**
 * A network as TensorFlow.js's layers-model, to be given to a save handler or to `io.fromMemory`; `loadLayersModel` reads it.
 *
 * Layers of a model that is a layer itself have its name in front. (`model.save` writes them without, and of two weights of one
 * name a reader gets one.) A layer that several models share is written with each of them, as the format cannot say that they
 * are one.
 *
 * @throws Error when two weights have one name, saying where they are.
 * @example
 * ```ts
 * import { io } from '@tensorflow/tfjs-core';
 * import { loadLayersModel } from '@tensorflow/tfjs-layers';
 *
 * registerLayers();
 * const copy = await loadLayersModel(io.fromMemory(await tfjsArtifacts(model)));
 * ```
 */
export async function tfjsArtifacts(
  network: LayersModel,
): Promise<
  Required<Pick<io.ModelArtifacts, 'format' | 'modelTopology' | 'weightSpecs' | 'weightData'>>
> {
  const named = placedWeights(network.layers);
  const tensors = named.map(({ name, weight }) => ({ name, tensor: weight.read() }));
  const { data, specs } = await io.encodeWeights(tensors);
  const topology = network.toJSON(null, false) as unknown as LayerConfig;
  const { config } = topology;
  const modelTopology = { ...topology, config: { ...config, layers: config.layers?.map(nested) } };
  return { format: 'layers-model', modelTopology, weightSpecs: specs, weightData: data };
}

/** A layer whose own layers have its name in front, where it is a model. */
function nested(layer: LayerConfig): LayerConfig {
  const { config } = layer;
  const { name, layers, input_layers: inputs, output_layers: outputs } = config;
  if (!Array.isArray(layers)) return layer;
  const inside = ([other, ...rest]: Reference): Reference => [qualified(name, other), ...rest];
  const renamed = (layers as readonly LayerConfig[]).map(each =>
    nested({
      ...each,
      ...(each.name !== undefined && { name: qualified(name, each.name) }),
      config: { ...each.config, name: qualified(name, each.config.name) },
      ...(each.inbound_nodes && {
        inbound_nodes: each.inbound_nodes.map(call => call.map(inside)),
      }),
    }),
  );
  return {
    ...layer,
    config: {
      ...config,
      layers: renamed,
      ...(inputs && { input_layers: inputs.map(inside) }),
      ...(outputs && { output_layers: outputs.map(inside) }),
    },
  };
}
