import { add, conv2d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { TapError } from './tap';

type Layer = layers.Layer;
type CallArgs = Parameters<Layer['apply']>[1];

/** A value in a model: an input, or one output of one call of a layer. */
export interface Value {
  /** Path of the layer, such as `resnet/layer4.2.relu`. The path of a shared layer's second call ends in `@1`. */
  readonly id: string;
  readonly shape: readonly (number | null)[];
  /** The operation that computes the value; absent for an input of the model. */
  readonly operation?: Operation;
}

/** One call of a layer that is not itself a model. */
export interface Operation {
  readonly layer: Layer;
  readonly callArgs: CallArgs;
  readonly inputs: readonly Value[];
  readonly outputs: Value[];
}

/** A model as a list of layer calls, with nested models flattened. */
export interface Operations {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Operations, each after those that it depends on. */
  readonly order: readonly Operation[];
}

interface Scope {
  readonly path: string;
  readonly known: Map<number, Value>;
}

/** Flattens a model of any depth into operations. It only reads the public properties of the model's graph; the model is not changed. */
export function operationsOf(model: LayersModel): Operations {
  if (!model.outputs?.[0]) throw new TapError('The model has no layers yet.');
  const order: Operation[] = [];
  const calls = new Map<string, number>();
  const top: Scope = { path: '', known: new Map() };
  const inputs = model.inputs.map(tensor => {
    const value: Value = { id: tensor.sourceLayer.name, shape: tensor.shape };
    top.known.set(tensor.id, value);
    return value;
  });

  function trace(tensor: SymbolicTensor, scope: Scope): Value {
    const known = scope.known.get(tensor.id);
    if (known) return known;
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex]!;
    if (node.inputTensors.length === 0) {
      throw new Error(
        `The model's graph reaches '${scope.path}${layer.name}', which is an input but not one of the model's.`,
      );
    }
    const given = node.inputTensors.map(input => trace(input, scope));
    const name = layer.name;
    const call = calls.get(scope.path + name) ?? 0;
    calls.set(scope.path + name, call + 1);
    const id = scope.path + (call === 0 ? name : `${name}@${call}`);

    if (isModel(layer)) {
      const inner: Scope = { path: `${id}/`, known: new Map() };
      layer.inputs.forEach((input, index) => {
        inner.known.set(input.id, given[index]!);
      });
      node.outputTensors.forEach((output, index) => {
        scope.known.set(output.id, trace(layer.outputs[index]!, inner));
      });
    } else {
      const operation: Operation = {
        layer,
        callArgs: node.callArgs ?? {},
        inputs: given,
        outputs: [],
      };
      order.push(operation);
      node.outputTensors.forEach((output, index) => {
        const value: Value = {
          id: index === 0 ? id : `${id}:${index}`,
          shape: output.shape,
          operation,
        };
        operation.outputs.push(value);
        scope.known.set(output.id, value);
      });
    }
    return scope.known.get(tensor.id)!;
  }

  const outputs = model.outputs.map(output => trace(output, top));
  return { inputs, outputs, order };
}

function isModel(layer: Layer): layer is LayersModel {
  return 'layers' in layer && 'inputs' in layer && 'outputs' in layer;
}

/** Whether a value has its channels first, according to the layer that computes it or, failing that, to a layer that reads it. */
export function isChannelsFirst(value: Value, order: readonly Operation[]): boolean {
  for (let each: Value | undefined = value; each; ) {
    const { operation }: Value = each;
    if (!operation) {
      const reader = order.find(({ inputs, layer }) => inputs.includes(each!) && formatOf(layer));
      return formatOf(reader?.layer) === 'channelsFirst';
    }
    const format = formatOf(operation.layer);
    if (format || operation.layer.getClassName() === 'Permute') return format === 'channelsFirst';
    each = operation.inputs.find(({ shape }) => shape.length === 4);
  }
  return false;
}

const formatOf = (layer: Layer | undefined): unknown => layer?.getConfig().dataFormat;

interface Convolution {
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid';
  readonly dilationRate?: number | [number, number];
}

/**
 * Computes a layer. TensorFlow.js fuses a layer's convolution, bias and activation, and cannot differentiate the fused operation if
 * it is dilated; here they run separately.
 */
function applied({ layer, callArgs, inputs }: Operation, values: ReadonlyMap<Value, Tensor>) {
  const [x, ...others] = inputs.map(input => values.get(input)!);
  const { strides, padding, dilationRate = 1 } = layer.getConfig() as unknown as Convolution;
  const dilated = [dilationRate].flat().some(rate => rate > 1);
  if (layer.getClassName() !== 'Conv2D' || !dilated || formatOf(layer) === 'channelsFirst')
    return layer.apply(others.length ? [x!, ...others] : x!, { ...callArgs, training: false });
  const [weights, bias] = layer.getWeights() as [Tensor4D, Tensor?];
  const product = conv2d(x as Tensor4D, weights, strides, padding, 'NHWC', dilationRate);
  const { activation } = layer as Layer & { activation: { apply(tensor: Tensor): Tensor } };
  return activation.apply(bias ? add(product, bias) : product);
}

/** A step that reads some values and computes others. */
export interface Step<V> {
  readonly inputs: readonly V[];
  readonly outputs: readonly V[];
}

/** Returns the values that depend on `source`, including itself. */
export function descendants<V>(order: readonly Step<V>[], source: V): Set<V> {
  const found = new Set([source]);
  for (const step of order) {
    if (!step.inputs.some(input => found.has(input))) continue;
    for (const output of step.outputs) found.add(output);
  }
  return found;
}

/** Returns the steps, in order, that are needed to compute `targets` from the values `given`. */
export function needed<V, S extends Step<V>>(
  order: readonly S[],
  targets: Iterable<V>,
  given: ReadonlySet<V> = new Set(),
): S[] {
  const wanted = new Set(targets);
  const kept: S[] = [];
  for (const step of [...order].reverse()) {
    if (!step.outputs.some(output => wanted.has(output) && !given.has(output))) continue;
    kept.push(step);
    for (const input of step.inputs) wanted.add(input);
  }
  return kept.reverse();
}

export interface RunOptions {
  /** Values that are needed afterwards. */
  readonly keep?: ReadonlySet<Value>;
  /** Called with each value that no later operation reads and that is not in `keep`. */
  readonly finished?: (tensor: Tensor) => void;
  /** Returns the value to continue with in place of a computed one. */
  readonly passed?: (value: Value, tensor: Tensor) => Tensor;
}

/** Runs operations in inference mode, with the running statistics of batch norms, and adds their outputs to `values`. */
export function run(
  operations: readonly Operation[],
  values: Map<Value, Tensor>,
  options: RunOptions = {},
): void {
  const { keep = new Set(), finished = () => {}, passed = (_, tensor) => tensor } = options;
  const lastUse = new Map<Value, number>();
  operations.forEach(({ inputs }, index) => {
    for (const input of inputs) lastUse.set(input, index);
  });
  operations.forEach((operation, index) => {
    const { inputs, outputs } = operation;
    const results = [applied(operation, values)].flat() as Tensor[];
    outputs.forEach((output, position) => {
      values.set(output, passed(output, results[position]!));
    });
    for (const input of new Set(inputs)) {
      if (lastUse.get(input) !== index || keep.has(input) || input.operation === undefined)
        continue;
      const tensor = values.get(input)!;
      values.delete(input);
      // Layers that do nothing in inference return the tensor that they were given.
      if (![...values.values()].includes(tensor)) finished(tensor);
    }
  });
}
