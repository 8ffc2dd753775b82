import {
  add,
  mul,
  reshape,
  rsqrt,
  serialization,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  layers,
  model as modelOf,
  input as newInput,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { callsBefore, type LayerCall } from './graph';

type LayerClass = { fromConfig(kind: LayerClass, config: object): layers.Layer };

/** Class names of batch norms: this package's, and TensorFlow.js's own. */
const batchNorms = ['ShroomBatchNorm', 'BatchNormalization'];
const convolutions = ['Conv2D', 'DepthwiseConv2D'];

export interface FoldOptions {
  /**
   * Names of batch norms that stay as layers that change nothing, so that their outputs can still be read under these names. Default
   * none.
   */
  readonly keep?: readonly string[];
}

/**
 * Returns the same network for inference without the batch norms that follow a convolution: their factor is multiplied into the weights,
 * and the rest goes into the bias. The new network computes the same values up to rounding, faster, and is saved with layers that every
 * TensorFlow.js has. Other layers keep their names.
 *
 * @returns A new model with its own weights. The caller disposes it.
 * @see Jacob et al. 2018, section 3.2. https://arxiv.org/abs/1712.05877
 * @example
 * ```ts
 * import { io } from '@tensorflow/tfjs-core';
 * import { loadLayersModel } from '@tensorflow/tfjs-layers';
 *
 * const folded = foldBatchNorm(backbone.model);
 * const saved = io.fromMemory(await tfjsArtifacts(folded));
 * folded.dispose();
 * const loaded = await loadLayersModel(saved); // needs no `registerLayers`
 * ```
 */
export function foldBatchNorm(network: LayersModel, options: FoldOptions = {}): LayersModel {
  const { keep = [] } = options;
  const calls = callsBefore(network.outputs);
  const isKept = new Set(network.outputs);
  const folded = new Map<LayerCall, LayerCall>();
  for (const call of calls) {
    if (!batchNorms.includes(call.layer.getClassName())) continue;
    const [source] = call.inputs;
    // The factors of a norm along another axis are not those of the convolution's channels.
    const { axis = -1 } = call.layer.getConfig();
    if (axis !== -1 && axis !== source!.shape.length - 1) continue;
    const readers = calls.filter(({ inputs }) => inputs.includes(source!));
    const convolution = calls.find(({ output }) => output === source);
    if (!convolution || !isLinear(convolution.layer) || readers.length > 1) continue;
    if (!isKept.has(source!)) folded.set(convolution, call);
  }

  const images = network.inputs.map(each =>
    newInput({ shape: each.shape.slice(1), name: each.name }),
  );
  const values = new Map<SymbolicTensor, SymbolicTensor>(
    network.inputs.map((each, index) => [each, images[index]!]),
  );
  const gone = new Set(folded.values());
  for (const call of calls) {
    const inputs = call.inputs.map(each => values.get(each)!);
    if (gone.has(call)) {
      values.set(
        call.output,
        keep.includes(call.layer.name) ? named(call, inputs[0]!) : inputs[0]!,
      );
      continue;
    }
    const norm = folded.get(call);
    const config = { ...call.layer.getConfig(), ...(norm && { useBias: true }) };
    const copy = recreate(call.layer, config);
    const output = copy.apply(inputs.length === 1 ? inputs[0]! : inputs) as SymbolicTensor;
    values.set(call.output, output);
    tidy(() => {
      const weights = call.layer.getWeights();
      copy.setWeights(norm ? foldedWeights(weights, norm.layer) : weights);
    });
  }
  const outputs = network.outputs.map(each => values.get(each)!);
  return modelOf({ inputs: images, outputs, name: network.name });
}

/** Gives the value of a folded batch norm the name that the norm had. */
function named({ layer: { name } }: LayerCall, x: SymbolicTensor): SymbolicTensor {
  return layers.activation({ activation: 'linear', name }).apply(x) as SymbolicTensor;
}

/** Whether a layer is a convolution whose channels come last, without an activation of its own. */
function isLinear(layer: layers.Layer): boolean {
  const { activation, dataFormat } = layer.getConfig();
  return (
    convolutions.includes(layer.getClassName()) &&
    activation === 'linear' &&
    dataFormat !== 'channelsFirst'
  );
}

/** Creates a layer of the same class. Its weights are set afterwards, so no random weights are drawn. */
function recreate(layer: layers.Layer, config: object): layers.Layer {
  const known = serialization.SerializationMap.getMap().classNameMap;
  const [kind] = known[layer.getClassName()] as unknown as [LayerClass];
  const zeros = { className: 'Zeros', config: {} };
  const initialized = Object.fromEntries(
    Object.keys(config)
      .filter(key => key.endsWith('Initializer'))
      .map(key => [key, zeros]),
  );
  return kind.fromConfig(kind, { ...config, ...initialized });
}

/** Multiplies the weights by `gamma / sqrt(variance + epsilon)` and computes the matching bias. */
function foldedWeights([weights, bias]: Tensor[], norm: layers.Layer): Tensor[] {
  const [gamma, beta, mean, variance] = norm.getWeights() as [Tensor, Tensor, Tensor, Tensor];
  const { epsilon } = norm.getConfig() as { epsilon: number };
  const factor = mul(gamma, rsqrt(add(variance, epsilon)));
  const center = bias ? sub(mean, bias) : mean;
  // The kernel of a depthwise convolution is `[h, w, C, M]`, and its output channels are `C * M`.
  const [, , inputs, outputs] = weights!.shape as [number, number, number, number];
  const perOutput = factor.size === outputs ? [1, 1, 1, outputs] : [1, 1, inputs, outputs];
  const scaled = mul(weights!, reshape(factor, perOutput));
  return [scaled, sub(beta, mul(center, factor))];
}
