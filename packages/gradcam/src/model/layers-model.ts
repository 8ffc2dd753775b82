import {
  dispose,
  keep,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TapSuggestion } from './feature-map';
import { layoutOf } from './images';
import { activated, asRows, asTheyAre, isMove, linkOf, logitsOf, rowLength } from './logits';
import {
  descendants,
  isChannelsFirst,
  needed,
  type Operation,
  type Operations,
  operationsOf,
  type RunOptions,
  run,
  type Value,
} from './operations';
import { checkNames, chosenInput, chosenOutput, repeated } from './ports';
import type { PreparedModel, PrepareOptions } from './prepared';
import { chosenTap, refusePooled } from './tap';
import { isTokens, join, patchesOf, readByAttention, split, tokenTaps } from './token-map';
import { readsTokens, refuseTokens, whereTokens } from './tokens';

/**
 * Cuts a model in two at a layer. The model may be functional or sequential, nested to any depth, with frozen or trainable layers, and with
 * any number of inputs and outputs. It is neither changed nor copied, and batch norms stay in inference mode.
 *
 * @throws TapError with the names of the layers that can be tapped, or of the existing inputs and outputs.
 * @example
 * ```ts
 * // Throws here, and not at the first image, if there is no such layer.
 * const parts = prepareModel(model, { tap: 'resnet/conv5', link: 'softmax' });
 * const explanations = await explain(parts, images);
 * const roads = await road(parts, images, explanations); // metrics take the same
 * ```
 */
export function prepareModel(model: LayersModel, options: PrepareOptions = {}): PreparedModel {
  checkNames(options);
  if (!('layers' in model))
    throw new TypeError('prepareModel takes a tf.LayersModel; prepareGraph a tf.GraphModel.');
  const operations = operationsOf(model);
  const { order, outputs } = operations;
  const inputs = operations.inputs.map((value, index) => {
    const { name, dtype } = model.inputs[index]!;
    return { ...value, value, names: [name], dtype };
  });
  const input = chosenInput(inputs, options);
  const images = input.value;
  const output = outputOf(model, operations, options.output);
  const asIs = options.logits === 'as-is';
  const logits = asIs ? asTheyAre(output) : logitsOf(output);
  const endsIn = ({ link, activations } = asIs ? logits : logitsOf(output)) =>
    `${model.outputs.map(({ id }) => id)} ${link} ${activations}`;
  const ending = endsIn();
  const keepLogits = new Set(logits.values);
  const finish = (
    values: Map<Value, Tensor>,
    steps: readonly Operation[],
    passed?: RunOptions['passed'],
  ): Tensor2D => {
    run(steps, values, { keep: keepLogits, ...(passed && { passed }) });
    return logits.finish(values);
  };
  const atImages = options.tap !== undefined && [input.id, ...input.names].includes(options.tap);
  const tokens = options.tokens ?? patchesOf(operations, ...logits.values);
  const tap = atImages ? images : findTap(operations, logits.values, images, options.tap, tokens);
  const patches = patchesOf(operations, tap);
  const asTokens = tokens && tap.shape.length === 3;
  const within = descendants(order, tap);
  // Operations that do not depend on the tap belong to the first part. Their outputs that the second part reads are side values.
  const tail = needed(order, logits.values, new Set([tap])).filter(step =>
    step.outputs.some(value => within.has(value)),
  );
  const read = [...tail.flatMap(step => step.inputs), ...logits.values];
  const sides = [...new Set(read)].filter(value => !within.has(value));
  if (options.tap === undefined && !tokens && readsTokens(tail.map(readerOf)))
    refuseTokens(tap.id, images.id, whereTokens);
  const kept = [tap, ...sides];
  const head = needed(order, kept);
  const [pooling, ...others] = tail.filter(step => step.inputs.includes(tap));
  const channelsFirst = isChannelsFirst(tap, order);
  const pooled =
    pooling?.layer.getClassName() === 'GlobalAveragePooling2D' &&
    !others[0] &&
    !sides[0] &&
    !keepLogits.has(tap);
  const layout = layoutOf(images.shape, isChannelsFirst(images, order));
  const classes = rowLength(output.shape.slice(1)) ?? output.shape.at(-1)!;
  const link = options.link ?? logits.link;
  const given = (photos: Tensor) =>
    inputs.map(port => {
      if (port !== input) return repeated(port, options.given, photos);
      return layout === 'NCHW' ? transpose(photos, [0, 3, 1, 2]) : photos;
    });
  const started = (photos: Tensor) => {
    const fed = given(photos);
    return new Map<Value, Tensor>(operations.inputs.map((value, index) => [value, fed[index]!]));
  };

  return {
    tap: tap.id,
    channels: tap.shape[channelsFirst ? 1 : tap.shape.length - 1]!,
    classes: link === 'sigmoid' && classes === 1 ? 2 : classes,
    pooled,
    ...(tokens && !atImages && { ofPatches: tap }),
    simple: tail.every(
      ({ layer }) =>
        layer === pooling?.layer ||
        /^(Dense|Dropout|Flatten|Activation)$/.test(layer.getClassName()),
    ),
    link,
    output: {
      name: output.id,
      activations: logits.activations,
      all: outputs.map(({ id, shape }) => `'${id}' [${shape.join(', ')}]`).join(', '),
      facts: async () => (await import('./layers-facts')).factsOf(output, asIs, { isMove, linkOf }),
    },
    images: { name: images.id, shape: images.shape, dtype: input.dtype, exact: false, layout },
    isStale: () => endsIn() !== ending,
    forward: photos => {
      const [features, ...side] = tidy(() => {
        const values = started(photos);
        let area = photos.shape;
        run(head, values, {
          keep: new Set(kept),
          finished: tensor => dispose(tensor),
          passed: (value, tensor) => {
            if (value === patches) area = tensor.shape;
            return tensor;
          },
        });
        // A side value may be the images themselves, which still belong to the caller.
        return kept.flatMap(value => {
          const tensor = values.get(value)!;
          if (value === tap && asTokens)
            return split(tensor, area, options.tokens, tap.id).map(part => keep(part));
          return keep(
            value === tap && channelsFirst ? transpose(tensor, [0, 2, 3, 1]) : tensor.clone(),
          );
        });
      }) as [Tensor4D, ...Tensor[]];
      return { features, side, dispose: () => dispose([features, ...side]) };
    },
    tail: (features, side) => {
      const [before, ...rest] = asTokens ? side : [undefined, ...side];
      const whole = before
        ? join(features, before)
        : channelsFirst
          ? transpose(features, [0, 3, 1, 2])
          : features;
      return finish(new Map(kept.map((value, at) => [value, at ? rest[at - 1]! : whole])), tail);
    },
    pooledTail: vector => {
      if (!pooled) refusePooled(tap.id);
      return finish(
        new Map([[pooling!.outputs[0]!, vector]]),
        tail.filter(step => step !== pooling),
      );
    },
    through: (photos, passed) => finish(started(photos), needed(order, logits.values), passed),
    predict: photos => {
      const own = outputs.indexOf(output);
      if (own < 0) {
        const values = started(photos);
        run(needed(order, [output]), values);
        return asRows(values.get(output)!);
      }
      const fed = given(photos);
      const all = model.predict(fed[1] ? fed : fed[0]!);
      const found = asRows([all].flat()[own]!);
      return options.link && logits.link === 'linear' ? activated(options.link, found) : found;
    },
  };
}

/** Finds an output of the model by its name; by default the first one. */
export function outputOf(model: LayersModel, { outputs, order }: Operations, wanted?: string) {
  return chosenOutput(
    outputs,
    [
      outputs.map(({ id }) => id),
      outputs.map(({ operation }) => operation?.layer.name ?? ''),
      model.outputs.map(({ name }) => name),
    ],
    order.flatMap(each => each.outputs).map(value => [value.id, value]),
    wanted,
  );
}

/**
 * Lists the layers whose output is a feature map that the logits depend on, from the input to the output.
 *
 * @param output The output as for `prepareModel`. Default: the first.
 * @example
 * ```ts
 * for (const tap of tapsOf(model)) {
 *   const [{ map }] = await explain(model, images, { tap, method: layerCam() });
 *   console.log(`${tap}: ${map.height} x ${map.width}`);
 * }
 * ```
 */
export function tapsOf(
  model: LayersModel,
  { output }: Pick<PrepareOptions, 'output'> = {},
): string[] {
  return featureMapsOf(model, output).map(value => value.id);
}

/** Returns the feature maps that the logits depend on, from the input to the output. */
export function featureMapsOf(model: LayersModel, output?: string): Value[] {
  const operations = operationsOf(model);
  const { values } = logitsOf(outputOf(model, operations, output));
  return candidates(operations, values, patchesOf(operations, ...values));
}

function candidates({ order }: Operations, logits: readonly Value[], tokens?: unknown): Value[] {
  return needed(order, logits).flatMap(({ outputs }) =>
    outputs.filter(value => isMap(value) || (tokens && isTokens(value))),
  );
}

/** Attention weights `[N, heads, T, T]` have four axes too, but no channels. */
const isMap = ({ shape, operation }: Value) =>
  shape.length === 4 &&
  shape[3] != null &&
  shape[1] !== undefined &&
  operation?.layer.getClassName() !== 'ShroomAttentionWeights';

function findTap(
  operations: Operations,
  logits: readonly Value[],
  images: Value,
  wanted: string | undefined,
  tokens: unknown,
): Value {
  const [read] = wanted === undefined && tokens ? readByAttention(operations, logits) : [];
  if (read) return read;
  const varying = descendants(operations.order, images);
  // A feature map of another input says nothing about the images.
  const possible = candidates(operations, logits, tokens).filter(value => varying.has(value));
  const ids = possible
    .filter(value => wanted !== undefined || isSpatial(value))
    .map(({ id }) => id);
  const id = chosenTap(ids, wanted);
  return possible.find(value => value.id === id)!;
}

/** The suggestions for a network of `@shroom/models` that computes tokens; empty for other networks. */
export function readTokens(model: LayersModel, output?: string): TapSuggestion[] {
  const operations = operationsOf(model);
  return tokenTaps(operations, logitsOf(outputOf(model, operations, output)).values);
}

/** @throws TapError when the network continues with tokens after its last feature map. */
export function refuseTransformer(model: LayersModel, output?: string): void {
  const operations = operationsOf(model);
  const { values } = logitsOf(outputOf(model, operations, output));
  const last = candidates(operations, values).findLast(isSpatial);
  const after = last && needed(operations.order, values, new Set([last]));
  if (after && readsTokens(after.map(readerOf)))
    refuseTokens(last.id, model.inputs[0]!.name, whereTokens);
}

// A map with one position, which some networks have after pooling, is only used if it is requested by name.
const isSpatial = ({ shape }: Value) => (shape[1] ?? 2) * (shape[2] ?? 2) > 1;

const readerOf = ({ layer, inputs, outputs }: Operations['order'][number]) => ({
  kind: layer.getClassName(),
  inputRanks: inputs.map(({ shape }) => shape.length),
  outputRank: outputs[0]!.shape.length,
});
