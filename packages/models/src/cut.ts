import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  type LayerVariable,
  type layers,
  model as modelOf,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { Backbone } from './backbone';
import { callsBefore, type LayerCall } from './graph';
import { namedWeights } from './weights/names';

/** The part of a backbone after a cut, which can be trained. */
export interface TrainedPart {
  /**
   * Applies the layers after the cut to feature maps at the cut. The result is the last feature map, `[N, h, w, channels]`; differentiable.
   *
   * @param mode `training`, and the seed of stochastic depth.
   */
  apply(maps: Tensor, mode: { readonly training: boolean; readonly seed?: number }): Tensor;
  readonly weights: readonly LayerVariable[];
  readonly trainableWeights: readonly LayerVariable[];
  /** The layers that hold the weights. */
  readonly layers: readonly layers.Layer[];
}

/** A backbone cut into two parts that share its layers: training a part trains the backbone. */
export interface CutBackbone {
  /** Name of the last layer of the first part. */
  readonly layer: string;
  /** `[height, width, channels]` of the feature map at the cut; `null` for a side that depends on the input's size. */
  readonly shape: readonly (number | null)[];
  /** Model from images `[N, H, W, 3]` to the feature map at the cut. None of its weights is trainable. */
  readonly frozen: LayersModel;
  readonly trained: TrainedPart;
  /**
   * Number of stages between a weight and the logits, by the weight's name: 1 in the last stage and after it, 2 in the stage
   * before; 0 for a weight of another model.
   */
  depthOf(weight: string): number;
}

export interface CutOptions {
  /**
   * Whether batch norms after the cut are trained. With `frozen`, the default, they use their running averages, and neither these nor their
   * scales and offsets change, which suits small batches.
   */
  readonly batchNorm?: 'frozen' | 'trained';
}

/**
 * Cuts a backbone for fine-tuning: the first part stays frozen, so that its feature maps can be
 * computed once and stored; the rest is trained.
 *
 * @param place The last stage or layer that stays frozen: a stage of `backbone.taps`, such as `layer3`, or the
 *   name of a layer, such as `layer4.1.relu`.
 * @throws Error when there is no such stage or layer, when no weights come after it, or when another value, such as a shortcut,
 *   bypasses it.
 * @example
 * ```ts
 * import type { Tensor } from '@tensorflow/tfjs-core';
 *
 * const cut = cutAt(backbone, 'layer3');
 * const maps = cut.frozen.predict(images) as Tensor; // once for each image
 * const features = cut.trained.apply(maps, { training: true }); // in every step
 * console.log(cut.depthOf('layer4.0.conv1/kernel')); // 1
 * ```
 */
export function cutAt(
  { model, taps }: Pick<Backbone, 'model' | 'taps'>,
  place: string,
  options: CutOptions = {},
): CutBackbone {
  const { batchNorm = 'frozen' } = options;
  const layer = taps.find(({ stage }) => stage === place)?.layer ?? place;
  const known = model.layers.find(({ name }) => name === layer);
  if (!known) {
    const stages = taps.map(({ stage }) => stage).join(', ');
    throw new Error(
      `'${place}' is neither a stage nor a layer of this backbone. Its stages are ${stages}.`,
    );
  }
  const tap = known.output as SymbolicTensor;
  const before = new Set(callsBefore([tap]).map(({ output }) => output));
  const rest = callsBefore(model.outputs).filter(({ output }) => !before.has(output));
  requireOneWay(rest, tap, place);

  // The model's own flag must be true, because it overrides the flags of its layers.
  model.trainable = true;
  const restLayers = new Set(rest.map(call => call.layer));
  for (const each of model.layers) {
    const isNorm = /BatchNorm/.test(each.getClassName());
    each.trainable = restLayers.has(each) && !(isNorm && batchNorm === 'frozen');
  }
  const trainableWeights = [...restLayers].flatMap(each => each.trainableWeights);
  if (trainableWeights.length === 0)
    throw new Error(
      `No layer with weights to train comes after '${place}'. Cut at an earlier stage, such as ${taps.at(-2)?.stage}.`,
    );
  const depths = depthsOf(taps, model);
  return {
    layer,
    shape: tap.shape.slice(1),
    frozen: modelOf({ inputs: model.inputs, outputs: tap, name: `${model.name}_frozen` }),
    trained: {
      apply: (maps, mode) => run(rest, tap, maps, model.outputs[0]!, mode),
      weights: [...restLayers].flatMap(each => each.weights),
      trainableWeights,
      layers: [...restLayers],
    },
    depthOf: weight => depths.get(weight) ?? 0,
  };
}

function requireOneWay(rest: readonly LayerCall[], tap: SymbolicTensor, place: string): void {
  const inside = new Set([tap, ...rest.map(({ output }) => output)]);
  const passing = rest.flatMap(({ inputs }) => inputs).find(input => !inside.has(input));
  if (rest.length === 0) throw new Error(`No layer of the backbone comes after '${place}'.`);
  if (passing) {
    throw new Error(
      `The backbone cannot be cut at '${place}': '${passing.sourceLayer.name}' bypasses it. Cut at the end of a block or stage.`,
    );
  }
}

function run(
  calls: readonly LayerCall[],
  tap: SymbolicTensor,
  maps: Tensor,
  output: SymbolicTensor,
  mode: { readonly training: boolean; readonly seed?: number },
): Tensor {
  return tidy(() => {
    const values = new Map<SymbolicTensor, Tensor>([[tap, maps]]);
    for (const call of calls) {
      const inputs = call.inputs.map(input => values.get(input)!);
      const given = inputs.length === 1 ? inputs[0]! : inputs;
      values.set(call.output, call.layer.apply(given, { ...mode }) as Tensor);
    }
    return values.get(output)!;
  });
}

/** Returns for each weight, by name, its stage counted from the top. */
function depthsOf(taps: Backbone['taps'], model: LayersModel): Map<string, number> {
  const names = new Map(namedWeights(model.layers).map(({ name, weight }) => [weight, name]));
  // What comes after the last tap, such as a pooling by attention, is as near to the logits as the last stage.
  const depths = new Map([...names.values()].map(name => [name, 1]));
  // Stages are visited from the top down, so that a weight gets the lowest stage that uses it.
  [...taps].reverse().forEach(({ layer }, index) => {
    const output = model.getLayer(layer).output as SymbolicTensor;
    for (const call of callsBefore([output]))
      for (const weight of call.layer.weights) depths.set(names.get(weight)!, index + 1);
  });
  return depths;
}
