import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** One call of a layer in a model, with its inputs and its output. */
export interface LayerCall {
  readonly layer: layers.Layer;
  readonly inputs: readonly SymbolicTensor[];
  readonly output: SymbolicTensor;
}

/** Whether a layer is itself a model, such as a classifier head on a backbone. */
export function isModel(layer: layers.Layer): layer is layers.Layer & LayersModel {
  return 'layers' in layer;
}

/**
 * Returns the calls that the outputs depend on, each after the calls that it reads. Inputs of the model are left out.
 *
 * @throws Error when a layer has several outputs, which no network of this package has.
 */
export function callsBefore(outputs: readonly SymbolicTensor[]): LayerCall[] {
  const calls: LayerCall[] = [];
  const seen = new Set<SymbolicTensor>();
  // The code uses a stack instead of recursion, because a network is deeper than it is wide.
  const stack = [...outputs];
  while (stack.length > 0) {
    const output = stack.at(-1)!;
    const { sourceLayer: layer, inputs } = output;
    const unseen = inputs.filter(input => !seen.has(input));
    if (!seen.has(output) && unseen.length > 0) {
      stack.push(...unseen);
      continue;
    }
    stack.pop();
    if (seen.has(output)) continue;
    seen.add(output);
    if (output.outputTensorIndex !== undefined && output.outputTensorIndex > 0)
      throw new Error(`${layer.name}: a layer with several outputs cannot be followed.`);
    if (layer.getClassName() !== 'InputLayer') calls.push({ layer, inputs, output });
  }
  return calls;
}
