import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { placedWeights, qualified } from './names';

interface ModelConfig {
  readonly name: string;
  readonly layers?: readonly LayerConfig[];
  /** References of a layer, a call and a tensor. */
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
 * Converts a network to a layers-model of TensorFlow.js, for a save handler or `io.fromMemory`; `loadLayersModel` reads it.
 *
 * The layers of a nested model get its name as a prefix. (`model.save` writes them without prefix, and a reader then finds
 * only one of two weights with the same name.) A layer that several models share is written with each of them, because the
 * format cannot express that they share it.
 *
 * @throws Error with the places, when two weights have the same name.
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

/** Returns a layer. If it is a model, its own layers get its name as a prefix. */
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
