import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** One application of a layer in a model: what it reads and what it gives. */
export interface LayerCall {
  readonly layer: layers.Layer;
  readonly inputs: readonly SymbolicTensor[];
  readonly output: SymbolicTensor;
}

/** A layer that is itself a model, such as a classifier head on a backbone. */
export function isModel(layer: layers.Layer): layer is layers.Layer & LayersModel {
  return 'layers' in layer;
}

/**
 * The calls that outputs depend on, each after those that it reads. Inputs of the model are not among them.
 *
 * @throws Error for a layer with several outputs, which no network of this package has.
 */
export function callsBefore(outputs: readonly SymbolicTensor[]): LayerCall[] {
  const calls: LayerCall[] = [];
  const seen = new Set<SymbolicTensor>();
  // A stack instead of recursion: a network is deeper than it is wide.
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
