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

/** TensorFlow.js's own norms may have no `gamma`, which is then 1, or no `beta`, which is then 0. */
type NormConfig = {
  readonly epsilon: number;
  readonly scale?: boolean;
  readonly center?: boolean;
};

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
  const isShared = ({ layer }: LayerCall) => calls.filter(each => each.layer === layer).length > 1;
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
    // A convolution that is called twice has one set of weights, and a name can be kept once.
    if (isShared(convolution) || (isShared(call) && keep.includes(call.layer.name))) continue;
    if (!isKept.has(source!)) folded.set(convolution, call);
  }
  const gone = new Set(folded.values());

  const images = network.inputs.map(each =>
    newInput({ shape: each.shape.slice(1), name: each.name }),
  );
  const values = new Map<SymbolicTensor, SymbolicTensor>(
    network.inputs.map((each, index) => [each, images[index]!]),
  );
  const copies = new Map<layers.Layer, layers.Layer>();
  for (const call of calls) {
    const { layer, output } = call;
    const inputs = call.inputs.map(each => values.get(each)!);
    if (gone.has(call) && !keep.includes(layer.name)) {
      values.set(output, inputs[0]!);
      continue;
    }
    const known = copies.get(layer);
    const norm = folded.get(call)?.layer;
    const copy =
      known ?? (gone.has(call) ? unchanging(layer) : recreate(layer, norm && { useBias: true }));
    copies.set(layer, copy);
    values.set(output, copy.apply(inputs.length === 1 ? inputs[0]! : inputs) as SymbolicTensor);
    if (known || gone.has(call)) continue;
    tidy(() => {
      const weights = layer.getWeights();
      copy.setWeights(norm ? foldedWeights(weights, norm) : weights);
    });
  }
  const outputs = network.outputs.map(each => values.get(each)!);
  return modelOf({ inputs: images, outputs, name: network.name });
}

/** A layer that keeps the name of a folded batch norm. */
function unchanging({ name }: layers.Layer): layers.Layer {
  return layers.activation({ activation: 'linear', name });
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

/** Creates a layer of the same class, with some options changed. Its weights are set afterwards, so no random weights are drawn. */
function recreate(layer: layers.Layer, changed?: object): layers.Layer {
  const config = { ...layer.getConfig(), ...changed };
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
  const own = norm.getWeights();
  const [mean, variance] = own.slice(-2) as [Tensor, Tensor];
  const { epsilon, scale = true, center = true } = norm.getConfig() as NormConfig;
  const [gamma, beta] = [scale ? own[0]! : 1, center ? own.at(-3)! : 0];
  const factor = mul(gamma, rsqrt(add(variance, epsilon)));
  const middle = bias ? sub(mean, bias) : mean;
  // The kernel of a depthwise convolution is `[h, w, C, M]`, and its output channels are `C * M`.
  const [, , inputs, outputs] = weights!.shape as [number, number, number, number];
  const perOutput = factor.size === outputs ? [1, 1, 1, outputs] : [1, 1, inputs, outputs];
  const scaled = mul(weights!, reshape(factor, perOutput));
  return [scaled, sub(beta, mul(middle, factor))];
}
