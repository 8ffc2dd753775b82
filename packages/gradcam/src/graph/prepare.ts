import {
  cast,
  dispose,
  expandDims,
  keep,
  reshape,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { type FeatureMap, hasPlaces } from '../model/feature-map';
import { activated, asRows, rowLength } from '../model/logits';
import { descendants, needed } from '../model/operations';
import { checkNames, chosenOutput } from '../model/ports';
import type { PreparedModel } from '../model/prepared';
import { chosenTap, listed, refusePooled, TapError } from '../model/tap';
import { refuseTokens } from '../model/tokens';
import { endingOf, fusedOf, type GraphEnding } from './ending';
import { isChannelsFirst, readsTokens } from './facts';
import { sideValues } from './frontier';
import {
  type GraphModelLike,
  graphSource,
  heldTopology,
  namesOf,
  type PrepareGraphOptions,
} from './model';
import { oneByOne } from './one-by-one';
import {
  featureMaps,
  firstOutput,
  type GraphStep,
  type GraphTopology,
  nodeOf,
  stepsTo,
} from './topology';

/**
 * Cuts a `tf.GraphModel` in two at a node. Values that bypass the tap, such as shortcuts, are kept. The model is not changed; it is run
 * once, on an image of zeros, to find the shapes.
 *
 * The second part can run on more or fewer rows than the first, even if the graph uses its batch size. A graph made for one
 * image runs on several images one by one.
 *
 * @throws TapError with the names of the nodes that can be tapped, when the tap is not one of them. Also when the size of the
 *   images is unknown, an input has no value, the graph takes only batches of one size above 1, there is control flow, or the
 *   network continues with tokens after the tap.
 * @example
 * ```ts
 * import { loadGraphModel } from '@tensorflow/tfjs-converter';
 *
 * const graph = await loadGraphModel('/model/model.json');
 * const parts = prepareGraph(graph, { tap: 'conv5/Relu', size: [224, 224] });
 * const [{ map }] = await explain(parts, images);
 * ```
 */
export function prepareGraph(
  model: GraphModelLike,
  options: PrepareGraphOptions = {},
): PreparedModel {
  checkNames(options);
  if (options.tokens) throw new TapError('A GraphModel takes no tokens. Explain its pixels.');
  const source = graphSource(model, options);
  const { all, order, output, ending } = stepsOf(model, options);
  const image = source.node;
  const atImages = options.tap !== undefined && source.names.includes(options.tap);
  const ids =
    options.tap === undefined
      ? graphFeatureMaps(model, options)
          .maps.filter(hasPlaces)
          .map(map => map.tap)
      : featureMaps(order);
  const tap = atImages ? image : chosenTap(ids, options.tap);
  const within = descendants(order, tap);
  const after = needed(order, ending.values, new Set([tap]));
  const tail = after.filter(({ outputs }) => outputs.some(value => within.has(value)));
  if (options.tap === undefined && readsTokens(tail)) refuseTokens(tap, source.images.name);
  const given = model.inputs.map(({ name }) => nodeOf(name));
  const probe = (values: readonly string[]) =>
    tidy(() => source.run(source.inputs(source.example()), values).map(({ shape }) => shape));
  const sides = sideValues(tail, ending.values, { order, tap, inputs: given, probe });
  const pooling = tail.filter(({ inputs }) => inputs.includes(tap));
  const channelsFirst = !atImages && isChannelsFirst(order, tap);
  const pooled =
    pooling.length === 1 &&
    sides.length === 0 &&
    !channelsFirst &&
    !ending.values.includes(tap) &&
    averagesPlaces(pooling[0]!, model.weights);
  const imageType = source.images.dtype;

  const forward = (images: Tensor): Tensor[] => {
    const inputs = source.inputs(images);
    const fed = new Map(Object.entries(inputs).map(([name, value]) => [nodeOf(name), value]));
    if (atImages) fed.set(image, cast(images, 'float32'));
    const wanted = [tap, ...sides].filter(value => !fed.has(value));
    const found = wanted.length > 0 ? source.run(inputs, wanted) : [];
    return [tap, ...sides].map(value => {
      const tensor = found[wanted.indexOf(value)] ?? fed.get(value)!;
      checkRows(value, tensor, images.shape[0]!);
      return value === tap && channelsFirst ? transpose(tensor, [0, 2, 3, 1]) : tensor;
    });
  };
  const fedTap = (features: Tensor): Tensor => {
    if (atImages) return source.inputs(cast(features, imageType))[source.images.name]!;
    return channelsFirst ? transpose(features, [0, 3, 1, 2]) : features;
  };
  const logitsFrom = (fed: Record<string, Tensor>): Tensor => {
    const held = ending.values.flatMap(name =>
      model.weights[name] ? [[name, model.weights[name][0]!] as const] : [],
    );
    const values = new Map([...Object.entries(fed), ...held]);
    const names = ending.values.filter(name => !values.has(name));
    const found = names.length > 0 ? source.run(fed, names) : [];
    names.forEach((name, index) => {
      values.set(name, found[index]!);
    });
    return ending.finish(values, source.run);
  };
  const runTail = (features: Tensor, side: readonly Tensor[]): Tensor =>
    logitsFrom({
      [tap]: fedTap(features),
      ...Object.fromEntries(sides.map((name, index) => [name, side[index]!])),
    });
  const shapes = tidy(() => {
    const [features, ...side] = forward(source.example());
    if (features!.rank !== 4)
      throw new TapError(`'${tap}' has ${features!.rank} dimensions; a feature map has four.`);
    const average = pooled ? source.run({ [tap]: features! }, [pooling[0]!.name])[0]!.rank : 0;
    return { tap: features!.shape, logits: runTail(features!, side).shape, average };
  });
  // A graph whose values have no batch axis may also return logits without one.
  const bare = shapes.logits.length === 1 && shapes.logits[0] !== 1;
  const rows = (result: Tensor, count: number): Tensor2D => {
    const whole = bare ? expandDims(result, 0) : result;
    checkRows(output, whole, count);
    return asRows(whole);
  };
  const { link = ending.link } = options;
  const lengths = bare ? shapes.logits : shapes.logits.slice(1);
  const classes = rowLength(lengths) ?? lengths.at(-1)!;

  const parts: PreparedModel = {
    tap,
    channels: shapes.tap[3]!,
    classes: link === 'sigmoid' && classes === 1 ? 2 : classes,
    pooled,
    link,
    output: {
      name: output,
      activations: ending.activations,
      all: listed(model.outputs.map(({ name }) => name)),
      facts: async () =>
        (await import('./linear-facts')).factsOf(
          all,
          output,
          { asIs: options.logits === 'as-is', classes },
          { nodeOf, fusedOf },
        ),
    },
    images: source.images,
    forward: images => {
      const [features, ...side] = tidy(() =>
        forward(images).map(tensor => keep(tensor.clone())),
      ) as [Tensor4D, ...Tensor[]];
      return { features, side, dispose: () => dispose([features, ...side]) };
    },
    tail: (features, side) => rows(runTail(features, side), features.shape[0]),
    pooledTail: vector => {
      if (!pooled) refusePooled(tap);
      const [count, channels] = vector.shape;
      const average = shapes.average === 4 ? reshape(vector, [count, 1, 1, channels]) : vector;
      return rows(logitsFrom({ [pooling[0]!.name]: average }), count);
    },
    predict: images => {
      const [result] = source.run(source.inputs(images), [output]);
      const own = rows(result!, images.shape[0]);
      return options.link && ending.link === 'linear' ? activated(options.link, own) : own;
    },
  };
  const single = source.images.shape[0] === 1 || source.images.shape.length === 3 || bare;
  return single ? oneByOne(parts) : parts;
}

/** Checks that a value has one row per image. Otherwise methods would mix up images. */
function checkRows(value: string, { shape }: Tensor, images: number): void {
  if (shape[0] === images) return;
  throw new TapError(
    `'${value}' should have a row for each of ${images} images, but its shape is [${shape.join(', ')}]. Tap a node that keeps the images apart, or explain one image at a time.`,
  );
}

/**
 * Lists the nodes of a `tf.GraphModel` whose output is a feature map that the logits depend on, from the input to the output.
 *
 * @example
 * ```ts
 * import { loadGraphModel } from '@tensorflow/tfjs-converter';
 *
 * const graph = await loadGraphModel('/model/model.json');
 * const [finest] = graphTapsOf(graph); // the node that is nearest to the input
 * const [{ map }] = await explain(graph, images, { tap: finest, method: layerCam() });
 * ```
 */
export function graphTapsOf(model: GraphModelLike, topology?: GraphTopology): string[] {
  return featureMaps(stepsOf(model, topology ? { topology } : {}).order);
}

/** Finds all feature maps with their sizes, by running the graph on an image of zeros. */
export function graphFeatureMaps(
  model: GraphModelLike,
  options: PrepareGraphOptions,
): { maps: FeatureMap[]; imageHeight: number } {
  const { order } = stepsOf(model, options);
  const source = graphSource(model, options);
  const varying = descendants(order, source.node);
  const ids = featureMaps(order).filter(id => varying.has(id));
  const kinds = new Map(order.map(({ name, op }) => [name, op]));
  return tidy(() => {
    const example = source.example();
    const found = ids.length > 0 ? source.run(source.inputs(example), ids) : [];
    const maps = found.flatMap((map, index) => {
      const tap = ids[index]!;
      const [count, ...sizes] = map.shape as Tensor4D['shape'];
      if (map.rank !== 4 || count !== 1) return [];
      const [height, width, channels] = isChannelsFirst(order, tap)
        ? ([sizes[1], sizes[2], sizes[0]] as const)
        : sizes;
      return [{ tap, kind: kinds.get(tap)!, height, width, channels }];
    });
    return { maps, imageHeight: example.shape[1]! };
  });
}

/** @throws TapError when the network continues with tokens after its last feature map. */
export function refuseTransformer(model: GraphModelLike, options: PrepareGraphOptions): void {
  const { order, ending } = stepsOf(model, options);
  const last = graphFeatureMaps(model, options).maps.filter(hasPlaces).at(-1);
  if (last && readsTokens(needed(order, ending.values, new Set([last.tap]))))
    refuseTokens(last.tap, model.inputs[0]!.name);
}

/** Returns the nodes up to the logits, before the last activation, because the gradient of a probability close to 1 vanishes. */
function stepsOf(
  model: GraphModelLike,
  options: PrepareGraphOptions,
): { all: GraphStep[]; order: GraphStep[]; output: string; ending: GraphEnding } {
  const topology = options.topology ?? heldTopology(model);
  const names = model.outputs.map(({ name }) => name);
  const aliases = names.map(name => namesOf(model, 'outputs', name));
  const columns = Math.max(...aliases.map(each => each.length));
  const chosen = chosenOutput(
    names,
    [names, ...Array.from({ length: columns }, (_, at) => aliases.map(each => each[at] ?? ''))],
    topology.node.map(({ name }) => [name, name]),
    options.output,
  );
  const output = firstOutput(chosen);
  const all = stepsTo(topology, output);
  const varying = new Set(model.inputs.flatMap(({ name }) => [...descendants(all, nodeOf(name))]));
  const ending = endingOf(all, output, varying, options.logits === 'as-is');
  return { all, order: needed(all, ending.values), output, ending };
}

function averagesPlaces({ op, inputs }: GraphStep, weights: GraphModelLike['weights']): boolean {
  const axes = weights[inputs[1] ?? '']?.[0];
  return op === 'Mean' && axes !== undefined && Array.from(axes.dataSync()).sort().join() === '1,2';
}
