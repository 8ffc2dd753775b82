import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { NetworkWriter, outputOf, type Value } from '../writing/network-writer';
import { GraphModel, type GraphPrecision, shapeOf } from './model';
import { operators } from './operators';

export interface GraphModelOptions {
  /**
   * Names of outputs, and the layers that compute them: `{ logits: 'fc', features: 'layer4.2.relu' }`.
   * Default: the network's output, named `output`.
   */
  readonly outputs?: Readonly<Record<string, string>>;
  /** How weights with several axes are stored. They are computed with in 32 bits. Default `'float32'`. */
  readonly weights?: GraphPrecision;
  /** Further facts for the file, which TensorFlow.js ignores. */
  readonly metadata?: Readonly<Record<string, object | string | number | boolean>>;
}

/**
 * Converts a network to a graph model of TensorFlow.js, for inference, from images `[N, H, W, 3]`. `loadGraphModel` of plain TensorFlow.js
 * opens it, without this package: it has no layers of its own.
 *
 * @throws Error with the name of a layer that cannot be written, of two layers that share a name, or of
 * an output that the network does not have.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const { modelTopology, signature, weightSpecs, weightData } = await graphModelArtifacts(model);
 * const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
 * await writeFile('model.json', JSON.stringify({ format: 'graph-model', modelTopology, signature, weightsManifest }));
 * await writeFile('weights.bin', new Uint8Array(weightData as ArrayBuffer));
 * ```
 */
export async function graphModelArtifacts(
  network: LayersModel,
  options: GraphModelOptions = {},
): Promise<
  Required<
    Pick<
      io.ModelArtifacts,
      | 'format'
      | 'generatedBy'
      | 'convertedBy'
      | 'modelTopology'
      | 'signature'
      | 'weightSpecs'
      | 'weightData'
      | 'userDefinedMetadata'
    >
  >
> {
  const { outputs = { output: undefined }, weights = 'float32', metadata = {} } = options;
  const graph = new GraphModel(weights);
  const [images] = network.inputs;
  const wanted = Object.entries(outputs).map(([name, layer]) => {
    const tensor = layer === undefined ? network.outputs[0]! : outputOf(network, layer);
    return { name, tensor };
  });
  graph.input('images', images!.shape);
  const writer = new NetworkWriter({
    name: 'a graph',
    operators,
    own: { graph },
    pad: (source, sides) => padded(graph, source, sides),
  });
  await writer.write(
    new Map([[images!, { name: 'images', shape: images!.shape }]]),
    wanted.map(({ tensor }) => tensor),
  );
  for (const { name, tensor } of wanted)
    graph.add('Identity', [writer.read(tensor).name], {}, name);
  const described = (name: string, shape: readonly (number | null)[]) => ({
    name: `${name}:0`,
    dtype: 'DT_FLOAT',
    tensorShape: shapeOf(shape),
  });
  return {
    format: 'graph-model',
    generatedBy: '@shroom/models',
    convertedBy: '@shroom/models',
    modelTopology: { node: graph.nodes, versions: { producer: 1 }, library: {} },
    signature: {
      inputs: { images: described('images', images!.shape) },
      outputs: Object.fromEntries(
        wanted.map(({ name, tensor }) => [name, described(name, tensor.shape)]),
      ),
    },
    weightSpecs: graph.weights.map(weight => ({ ...weight, shape: [...weight.shape] })),
    weightData: graph.weightData().buffer as ArrayBuffer,
    userDefinedMetadata: { ...metadata },
  };
}

function padded(graph: GraphModel, { name }: Value, padding: readonly number[]): string {
  const [top, left, bottom, right] = padding as [number, number, number, number];
  const sides = graph.integers([0, 0, top, bottom, left, right, 0, 0], [4, 2]);
  return graph.add('Pad', [name, sides]);
}
