import {
  dispose,
  keep,
  type NamedTensorMap,
  reshape,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { type FeatureMap, hasPlaces } from './feature-map';
import { descendants, needed } from './operations';
import type { Split } from './split';
import { chosenTap, TapError } from './tap';
import { featureMaps, type GraphStep, type GraphTopology, nodeOf, stepsTo } from './topology';

/** What is used of a `tf.GraphModel`. */
export interface GraphModelLike {
  readonly inputs: readonly { readonly name: string; readonly shape?: readonly number[] }[];
  readonly outputs: readonly { readonly name: string }[];
  readonly weights: Readonly<Record<string, readonly Tensor[]>>;
  execute(inputs: NamedTensorMap, outputs: string | string[]): Tensor | Tensor[];
}

export interface GraphSplitOptions {
  /**
   * Name of a node with a 4-D output, or of the model's input (`model.inputs[0].name`) for methods that look at pixels.
   * Default: the last one with more than one place.
   */
  readonly tap?: string;
  /** The `modelTopology` of model.json. Default: the one that the loaded model holds. */
  readonly topology?: GraphTopology;
  /** `[height, width]` of the images, where the model leaves it open. */
  readonly size?: readonly [number, number];
}

/**
 * Cuts a `tf.GraphModel` in two at a node, with all values that pass the tap by, such as shortcuts. The model is not changed;
 * it is run once, on an image of zeros, to learn the shapes.
 *
 * @throws TapError naming the nodes that can be tapped; or when the model has several inputs, images of unknown size, or
 *   control flow.
 */
export function splitGraph(model: GraphModelLike, options: GraphSplitOptions = {}): Split {
  const { order, logits } = stepsOf(model, options.topology);
  const input = model.inputs[0]!;
  const ids =
    options.tap === undefined
      ? graphFeatureMaps(model, options)
          .maps.filter(hasPlaces)
          .map(map => map.tap)
      : featureMaps(order);
  const tap = options.tap === input.name ? nodeOf(input.name) : chosenTap(ids, options.tap);
  const within = descendants(order, tap);
  const after = needed(order, [logits], new Set([tap]));
  const tail = after.filter(({ outputs }) => outputs.some(output => within.has(output)));
  const sides = sideValues(order, tail, within, nodeOf(input.name));
  const pooling = tail.filter(({ inputs }) => inputs.includes(tap));
  const pooled =
    pooling.length === 1 && sides.length === 0 && averagesPlaces(pooling[0]!, model.weights);

  const forward = (images: Tensor): Tensor[] => {
    const wanted = [tap, ...sides].filter(value => value !== nodeOf(input.name));
    const found = wanted.length > 0 ? [model.execute({ [input.name]: images }, wanted)].flat() : [];
    return [tap, ...sides].map(value => found[wanted.indexOf(value)] ?? images);
  };
  const toLogits = (given: NamedTensorMap): Tensor2D =>
    [model.execute(given, logits)].flat()[0] as Tensor2D;
  const runTail = (features: Tensor, side: readonly Tensor[]): Tensor2D =>
    toLogits({
      [tap]: features,
      ...Object.fromEntries(sides.map((name, index) => [name, side[index]!])),
    });
  const shapes = tidy(() => {
    const [features, ...side] = forward(zeros([1, ...imageShape(input, options.size)]));
    if (features!.rank !== 4)
      throw new TapError(`'${tap}' has ${features!.rank} dimensions; a feature map has four.`);
    const average = pooled
      ? [model.execute({ [tap]: features! }, pooling[0]!.name)].flat()[0]!.rank
      : 0;
    return { tap: features!.shape, logits: runTail(features!, side).shape, average };
  });

  return {
    tap,
    channels: shapes.tap[3]!,
    classes: shapes.logits.at(-1)!,
    pooled,
    forward: images => {
      const [features, ...side] = tidy(() =>
        forward(images).map(tensor => keep(tensor.clone())),
      ) as [Tensor4D, ...Tensor[]];
      return { features, side, dispose: () => dispose([features, ...side]) };
    },
    tail: runTail,
    pooledTail: vector => {
      if (!pooled)
        throw new Error(`'${tap}' does not reach the logits through global average pooling alone.`);
      const [count, channels] = vector.shape;
      const average = shapes.average === 4 ? reshape(vector, [count, 1, 1, channels]) : vector;
      return toLogits({ [pooling[0]!.name]: average });
    },
  };
}

/** Nodes of a `tf.GraphModel` whose output is a feature map that the logits depend on, from the input to the output. */
export function graphTapsOf(model: GraphModelLike, topology?: GraphTopology): string[] {
  return featureMaps(stepsOf(model, topology).order);
}

/** All feature maps with their sizes, from a run on an image of zeros. */
export function graphFeatureMaps(
  model: GraphModelLike,
  options: GraphSplitOptions,
): { maps: FeatureMap[]; imageHeight: number } {
  const { order } = stepsOf(model, options.topology);
  const shape = imageShape(model.inputs[0]!, options.size);
  const ids = featureMaps(order);
  const kinds = new Map(order.map(({ name, op }) => [name, op]));
  const maps = tidy(() => {
    const images = zeros([1, ...shape]);
    const found = ids.length > 0 ? [model.execute({ [model.inputs[0]!.name]: images }, ids)] : [];
    return found.flat().flatMap((map, index) => {
      const [, height, width, channels] = map.shape as Tensor4D['shape'];
      const tap = ids[index]!;
      return map.rank === 4 ? [{ tap, kind: kinds.get(tap)!, height, width, channels }] : [];
    });
  });
  return { maps, imageHeight: shape[0]! };
}

function stepsOf(model: GraphModelLike, given: GraphTopology | undefined) {
  if (model.inputs.length !== 1) {
    throw new TapError(
      `The model has ${model.inputs.length} inputs; only models with one can be split.`,
    );
  }
  const order = stepsTo(given ?? heldTopology(model), model.outputs[0]!.name);
  // The scores before the softmax: a probability that is close to 1 has a gradient that has vanished.
  let last = order.at(-1)!;
  while (['Softmax', 'Identity'].includes(last.op)) {
    const before = nodeOf(last.inputs[0]!);
    last = order.find(({ name }) => name === before)!;
  }
  return { order: needed(order, [last.name], new Set()), logits: last.name };
}

function heldTopology(model: GraphModelLike): GraphTopology {
  const artifacts: unknown = Reflect.get(model, 'artifacts');
  const held = (artifacts as { modelTopology?: GraphTopology } | undefined)?.modelTopology;
  if (!held?.node)
    throw new TapError("The model holds no topology. Give the 'modelTopology' of its model.json.");
  return held;
}

/** What the second part reads that neither comes from the tap nor is a constant. */
function sideValues(
  order: readonly GraphStep[],
  tail: readonly GraphStep[],
  within: ReadonlySet<string>,
  input: string,
): string[] {
  const varying = descendants(order, input);
  const read = tail.flatMap(({ inputs }) => inputs).filter(value => !within.has(value));
  const sides = [...new Set(read.filter(value => varying.has(value)))];
  const twice = sides.find((value, index) => sides.map(nodeOf).indexOf(nodeOf(value)) !== index);
  if (twice !== undefined)
    throw new TapError(
      `Several outputs of '${nodeOf(twice)}' pass the tap by, and a graph can be given only one. Tap before that node.`,
    );
  return sides;
}

function averagesPlaces({ op, inputs }: GraphStep, weights: GraphModelLike['weights']): boolean {
  const axes = weights[inputs[1] ?? '']?.[0];
  return op === 'Mean' && axes !== undefined && Array.from(axes.dataSync()).sort().join() === '1,2';
}

function imageShape(
  input: GraphModelLike['inputs'][number],
  size: GraphSplitOptions['size'],
): number[] {
  const [height, width, channels] = input.shape?.slice(1) ?? [];
  const shape = [size?.[0] ?? height, size?.[1] ?? width, channels];
  if (shape.some(length => length === undefined || length === null || length < 1)) {
    throw new TapError(
      `The model's images are [${shape.join(', ')}]. Give their height and width as 'size'.`,
    );
  }
  return shape as number[];
}
