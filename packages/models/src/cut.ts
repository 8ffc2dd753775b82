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

/** The part of a backbone after a cut, ready to be trained. */
export interface TrainedPart {
  /**
   * Feature maps at the cut to the last feature map, `[N, h, w, channels]`; differentiable.
   *
   * @param mode The seed is of stochastic depth.
   */
  apply(maps: Tensor, mode: { readonly training: boolean; readonly seed?: number }): Tensor;
  readonly weights: readonly LayerVariable[];
  readonly trainableWeights: readonly LayerVariable[];
  /** What the weights are in. */
  readonly layers: readonly layers.Layer[];
}

/** A backbone in two parts, which share its layers: what is trained in one is trained in the backbone. */
export interface CutBackbone {
  /** Name of the layer that the first part ends with. */
  readonly layer: string;
  /** `[height, width, channels]` of the feature map at the cut; `null` where the input's size is open. */
  readonly shape: readonly (number | null)[];
  /** Images `[N, H, W, 3]` to the map at the cut. Nothing in it is trainable. */
  readonly frozen: LayersModel;
  readonly trained: TrainedPart;
  /** Stages between a weight and the logits, by its name: 1 in the last stage, 2 in the one before; 0 for a weight that is not of this backbone. */
  depthOf(weight: string): number;
}

export interface CutOptions {
  /**
   * Whether batch norms after the cut learn. `frozen`, the default, uses their running averages and leaves them and
   * their factors alone, as small batches need it.
   */
  readonly batchNorm?: 'frozen' | 'trained';
}

/**
 * Cuts a backbone for fine-tuning: the first part stays as it is, so that its feature maps can be computed once and
 * kept; the rest is trained.
 *
 * @param place A stage of `backbone.taps`, such as `layer3`, or the name of a layer, such as `layer4.1.relu`: the last that
 *   stays frozen.
 * @throws Error when there is no such place, or when other values pass it by, such as a shortcut.
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

  // The model's own flag would hide what its layers say.
  model.trainable = true;
  const restLayers = new Set(rest.map(call => call.layer));
  for (const each of model.layers) {
    const isNorm = /BatchNorm/.test(each.getClassName());
    each.trainable = restLayers.has(each) && !(isNorm && batchNorm === 'frozen');
  }
  const depths = depthsOf(taps, model);
  return {
    layer,
    shape: tap.shape.slice(1),
    frozen: modelOf({ inputs: model.inputs, outputs: tap, name: `${model.name}_frozen` }),
    trained: {
      apply: (maps, mode) => run(rest, tap, maps, model.outputs[0]!, mode),
      weights: [...restLayers].flatMap(each => each.weights),
      trainableWeights: [...restLayers].flatMap(each => each.trainableWeights),
      layers: [...restLayers],
    },
    depthOf: weight => depths.get(weight) ?? 0,
  };
}

function requireOneWay(rest: readonly LayerCall[], tap: SymbolicTensor, place: string): void {
  const inside = new Set([tap, ...rest.map(({ output }) => output)]);
  const passing = rest.flatMap(({ inputs }) => inputs).find(input => !inside.has(input));
  if (rest.length === 0) throw new Error(`Nothing of the backbone is after '${place}'.`);
  if (passing) {
    throw new Error(
      `The backbone cannot be cut at '${place}': '${passing.sourceLayer.name}' passes it by. Cut at the end of a block or stage.`,
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

/** Stages from the top, by the name of the weight. */
function depthsOf(taps: Backbone['taps'], model: LayersModel): Map<string, number> {
  const names = new Map(namedWeights(model.layers).map(({ name, weight }) => [weight, name]));
  const depths = new Map<string, number>();
  // From the top down, so that a weight ends with the lowest stage that it is needed for.
  [...taps].reverse().forEach(({ layer }, index) => {
    const output = model.getLayer(layer).output as SymbolicTensor;
    for (const call of callsBefore([output]))
      for (const weight of call.layer.weights) depths.set(names.get(weight)!, index + 1);
  });
  return depths;
}
