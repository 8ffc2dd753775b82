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
import { type FeatureMap, hasPlaces } from '../feature-map';
import type { Link } from '../logits';
import { descendants, needed } from '../operations';
import { chosenInput, chosenOutput, repeated } from '../ports';
import type { PreparedModel, PrepareOptions } from '../prepared';
import { chosenTap, TapError } from '../tap';
import { sideValues } from './frontier';
import { oneByOne } from './one-by-one';
import { featureMaps, type GraphStep, type GraphTopology, nodeOf, stepsTo } from './topology';

/** What is used of a `tf.GraphModel`. */
export interface GraphModelLike {
  readonly inputs: readonly { readonly name: string; readonly shape?: readonly number[] }[];
  readonly outputs: readonly { readonly name: string }[];
  readonly weights: Readonly<Record<string, readonly Tensor[]>>;
  execute(inputs: NamedTensorMap, outputs: string | string[]): Tensor | Tensor[];
}

/** As for `prepareModel`; a tap is the name of a node with a 4-D output, or of the model's input. */
export interface PrepareGraphOptions extends PrepareOptions {
  /** The `modelTopology` of model.json. Default: the one that the loaded model holds. */
  readonly topology?: GraphTopology;
  /** `[height, width]` of the images, where the model leaves it open. */
  readonly size?: readonly [number, number];
}

/**
 * Cuts a `tf.GraphModel` in two at a node, with all values that pass the tap by, such as shortcuts. The model is not changed;
 * it is run once, on an image of zeros, to learn the shapes.
 *
 * The second part can be run on more or fewer rows than the first, also where the graph works with its batch size. A graph made
 * for one image takes several one by one.
 *
 * @throws TapError naming the nodes that can be tapped; or when images are of unknown size, an input has no value, the graph
 *   takes batches of one size above 1, or there is control flow.
 */
export function prepareGraph(
  model: GraphModelLike,
  options: PrepareGraphOptions = {},
): PreparedModel {
  const { order, logits, output, link, recovered } = stepsOf(model, options);
  const input = imageInput(model, options);
  const image = nodeOf(input.id);
  const ids =
    options.tap === undefined
      ? graphFeatureMaps(model, options)
          .maps.filter(hasPlaces)
          .map(map => map.tap)
      : featureMaps(order);
  const tap = options.tap === input.id ? image : chosenTap(ids, options.tap);
  const within = descendants(order, tap);
  const after = needed(order, [logits], new Set([tap]));
  const tail = after.filter(({ outputs }) => outputs.some(value => within.has(value)));
  const given = model.inputs.map(({ name }) => nodeOf(name));
  const example = () => zeros([1, ...imageShape(input, options.size)]);
  const probe = (values: readonly string[]) =>
    tidy(() =>
      execute(model, inputsOf(model, input.id, example(), options), values).map(
        ({ shape }) => shape,
      ),
    );
  const sides = sideValues(tail, { order, tap, inputs: given, probe });
  const pooling = tail.filter(({ inputs }) => inputs.includes(tap));
  const pooled =
    pooling.length === 1 && sides.length === 0 && averagesPlaces(pooling[0]!, model.weights);

  const forward = (images: Tensor): Tensor[] => {
    const given = inputsOf(model, input.id, images, options);
    const fed = new Map(Object.entries(given).map(([name, value]) => [nodeOf(name), value]));
    const wanted = [tap, ...sides].filter(value => !fed.has(value));
    const found = wanted.length > 0 ? execute(model, given, wanted) : [];
    return [tap, ...sides].map(value => {
      const tensor = found[wanted.indexOf(value)] ?? fed.get(value)!;
      checkRows(value, tensor, images.shape[0]!);
      return tensor;
    });
  };
  const runTail = (features: Tensor, side: readonly Tensor[], wanted: string): Tensor2D => {
    const given = Object.fromEntries(sides.map((name, index) => [name, side[index]!]));
    const [result] = execute(model, { [tap]: features, ...given }, [wanted]) as [Tensor2D];
    checkRows(wanted, result, features.shape[0]!);
    return result;
  };
  const shapes = tidy(() => {
    const [features, ...side] = forward(example());
    if (features!.rank !== 4)
      throw new TapError(`'${tap}' has ${features!.rank} dimensions; a feature map has four.`);
    const average = pooled ? execute(model, { [tap]: features! }, [pooling[0]!.name])[0]!.rank : 0;
    return { tap: features!.shape, logits: runTail(features!, side, logits).shape, average };
  });

  const parts: PreparedModel = {
    tap,
    channels: shapes.tap[3]!,
    classes: shapes.logits.at(-1)!,
    pooled,
    link,
    forward: images => {
      const [features, ...side] = tidy(() =>
        forward(images).map(tensor => keep(tensor.clone())),
      ) as [Tensor4D, ...Tensor[]];
      return { features, side, dispose: () => dispose([features, ...side]) };
    },
    tail: (features, side) => runTail(features, side, logits),
    pooledTail: vector => {
      if (!pooled)
        throw new Error(`'${tap}' does not reach the logits through global average pooling alone.`);
      const [count, channels] = vector.shape;
      const average = shapes.average === 4 ? reshape(vector, [count, 1, 1, channels]) : vector;
      return execute(model, { [pooling[0]!.name]: average }, [logits])[0] as Tensor2D;
    },
    ...(recovered && {
      output: (features: Tensor4D, side: readonly Tensor[]) => runTail(features, side, output),
    }),
  };
  return input.shape[0] === 1 ? oneByOne(parts) : parts;
}

/** A value has a row for each image, or methods would mix images up. */
function checkRows(value: string, { shape }: Tensor, images: number): void {
  if (shape[0] === images) return;
  throw new TapError(
    `'${value}' should have a row for each of ${images} images, and its shape is [${shape.join(', ')}]. Tap where images are apart, or explain one at a time.`,
  );
}

/** Nodes of a `tf.GraphModel` whose output is a feature map that the logits depend on, from the input to the output. */
export function graphTapsOf(model: GraphModelLike, topology?: GraphTopology): string[] {
  return featureMaps(stepsOf(model, topology ? { topology } : {}).order);
}

/** All feature maps with their sizes, from a run on an image of zeros. */
export function graphFeatureMaps(
  model: GraphModelLike,
  options: PrepareGraphOptions,
): { maps: FeatureMap[]; imageHeight: number } {
  const { order } = stepsOf(model, options);
  const input = imageInput(model, options);
  const shape = imageShape(input, options.size);
  const varying = descendants(order, nodeOf(input.id));
  const ids = featureMaps(order).filter(id => varying.has(id));
  const kinds = new Map(order.map(({ name, op }) => [name, op]));
  const maps = tidy(() => {
    const given = inputsOf(model, input.id, zeros([1, ...shape]), options);
    const found = ids.length > 0 ? execute(model, given, ids) : [];
    return found.flatMap((map, index) => {
      const [, height, width, channels] = map.shape as Tensor4D['shape'];
      const tap = ids[index]!;
      return map.rank === 4 && map.shape[0] === 1
        ? [{ tap, kind: kinds.get(tap)!, height, width, channels }]
        : [];
    });
  });
  return { maps, imageHeight: shape[0]! };
}

const links: Readonly<Record<string, Link>> = { Softmax: 'softmax', Sigmoid: 'sigmoid' };

/** The nodes up to the logits: the scores before the activation, since the gradient of a probability close to 1 has vanished. */
function stepsOf(model: GraphModelLike, options: PrepareGraphOptions) {
  const names = model.outputs.map(({ name }) => name);
  const output = chosenOutput(names, names, options.output);
  const all = stepsTo(options.topology ?? heldTopology(model), output);
  const source = (step: GraphStep): GraphStep =>
    step.op === 'Identity' ? source(before(step)) : step;
  const before = ({ inputs }: GraphStep) => all.find(({ name }) => name === nodeOf(inputs[0]!))!;
  const end = source(all.at(-1)!);
  const link = options.logits === 'as-is' ? undefined : links[end.op];
  const logits = (link ? source(before(end)) : end).name;
  const order = needed(all, [logits], new Set());
  return { order, logits, output, link: link ?? 'softmax', recovered: link !== undefined };
}

const imageInput = (model: GraphModelLike, options: PrepareGraphOptions) =>
  chosenInput(
    model.inputs.map(({ name, shape = [] }) => ({ id: name, shape })),
    options,
  );

function inputsOf(
  model: GraphModelLike,
  image: string,
  images: Tensor,
  { given = {} }: PrepareGraphOptions,
): NamedTensorMap {
  return Object.fromEntries(
    model.inputs.map(({ name }) => [
      name,
      name === image ? images : repeated(given[name]!, images),
    ]),
  );
}

function execute(
  model: GraphModelLike,
  given: NamedTensorMap,
  wanted: readonly string[],
): Tensor[] {
  try {
    return [model.execute(given, [...wanted])].flat();
  } catch (error) {
    const rows = Object.values(given)[0]!.shape[0];
    if (rows === 1) throw error;
    throw new TapError(
      `The graph could not be run on ${rows} images at once: ${(error as Error).message} If it is made for one, explain one at a time, with { batch: 1 }.`,
      { cause: error },
    );
  }
}

function heldTopology(model: GraphModelLike): GraphTopology {
  const artifacts: unknown = Reflect.get(model, 'artifacts');
  const held = (artifacts as { modelTopology?: GraphTopology } | undefined)?.modelTopology;
  if (!held?.node)
    throw new TapError("The model holds no topology. Give the 'modelTopology' of its model.json.");
  return held;
}

function averagesPlaces({ op, inputs }: GraphStep, weights: GraphModelLike['weights']): boolean {
  const axes = weights[inputs[1] ?? '']?.[0];
  return op === 'Mean' && axes !== undefined && Array.from(axes.dataSync()).sort().join() === '1,2';
}

function imageShape(
  input: { readonly shape: readonly number[] },
  size: PrepareGraphOptions['size'],
): number[] {
  const [rows, height, width, channels] = input.shape;
  if (rows! > 1)
    throw new TapError(
      `The graph takes batches of ${rows} images and no others. Convert the model with a batch size that is open, or 1.`,
    );
  const shape = [size?.[0] ?? height, size?.[1] ?? width, channels];
  if (shape.some(length => length === undefined || length === null || length < 1)) {
    throw new TapError(
      `The model's images are [${shape.join(', ')}]. Give their height and width as 'size'.`,
    );
  }
  return shape as number[];
}
