import { dispose, keep, type Tensor, type Tensor4D, tidy, transpose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { layoutOf } from './images';
import { endsLinear, isChannelsFirst, isEmbedding } from './layers-facts';
import { activated, asRows, asTheyAre, logitsOf, rowLength } from './logits';
import { descendants, needed, type Operations, operationsOf, run, type Value } from './operations';
import { checkNames, chosenInput, chosenOutput, repeated } from './ports';
import type { PreparedModel, PrepareOptions } from './prepared';
import { chosenTap } from './tap';
import { readsTokens, refuseTokens } from './tokens';

/**
 * Cuts a model in two at a layer: functional or sequential, nested to any depth, layers frozen or not, with any number of
 * inputs and outputs. The model is neither changed nor copied, and batch norms stay in inference mode.
 *
 * @throws TapError naming the layers that can be tapped, or the inputs and outputs that there are.
 */
export function prepareModel(model: LayersModel, options: PrepareOptions = {}): PreparedModel {
  checkNames(options);
  if (!('layers' in model))
    throw new TypeError(
      "prepareModel takes a tf.LayersModel. For a tf.GraphModel, prepareGraph of '@shroom/gradcam/graph' or explain(model, images).",
    );
  const operations = operationsOf(model);
  const inputs = operations.inputs.map((value, index) => ({
    ...model.inputs[index]!,
    value,
    id: value.id,
    names: [model.inputs[index]!.name],
    shape: value.shape,
  }));
  const input = chosenInput(inputs, options);
  const images = input.value;
  const values = operations.order.flatMap(({ outputs }) => outputs);
  const output = chosenOutput(
    operations.outputs,
    [
      operations.outputs.map(({ id }) => id),
      operations.outputs.map(({ operation }) => operation?.layer.name ?? ''),
      model.outputs.map(({ name }) => name),
    ],
    values.map(value => [value.id, value]),
    options.output,
  );
  const logits = options.logits === 'as-is' ? asTheyAre(output) : logitsOf(output);
  const atImages = options.tap !== undefined && [input.id, ...input.names].includes(options.tap);
  const tap = atImages ? images : findTap(operations, logits.values, images, options.tap);
  const after = needed(operations.order, logits.values, new Set([tap]));
  const within = descendants(operations.order, tap);
  // Operations that do not depend on the tap belong to the first part; what they hand over are side values.
  const tail = after.filter(({ outputs }) => outputs.some(value => within.has(value)));
  const read = [...tail.flatMap(({ inputs }) => inputs), ...logits.values];
  const sides = [...new Set(read.filter(value => !within.has(value)))];
  if (options.tap === undefined && readsTokens(tail.map(readerOf))) refuseTokens(tap.id, images.id);
  const head = needed(operations.order, [tap, ...sides], new Set());
  const pooling = tail.filter(({ inputs }) => inputs.includes(tap));
  const channelsFirst = isChannelsFirst(tap, operations.order);
  const pooled =
    pooling.length === 1 &&
    pooling[0]!.layer.getClassName() === 'GlobalAveragePooling2D' &&
    sides.length === 0 &&
    !logits.values.includes(tap);
  const keepLogits = new Set(logits.values);
  const layout = layoutOf(images.shape, isChannelsFirst(images, operations.order));
  const classes = rowLength(output.shape.slice(1)) ?? output.shape.at(-1)!;
  const link = options.link ?? logits.link;
  const takes = (photos: Tensor) => (layout === 'NCHW' ? transpose(photos, [0, 3, 1, 2]) : photos);
  const othersFor = (photos: Tensor) =>
    operations.inputs.map((each, index) =>
      each === images ? takes(photos) : repeated(inputs[index]!, options.given, photos),
    );

  return {
    tap: tap.id,
    channels: tap.shape[channelsFirst ? 1 : 3]!,
    classes: link === 'sigmoid' && classes === 1 ? 2 : classes,
    pooled,
    link,
    output: {
      name: output.id,
      activations: logits.activations,
      asIs: options.logits === 'as-is' || endsLinear(output),
      embedding: link === 'linear' && classes > 1 && isEmbedding(output),
      all: operations.outputs.map(({ id, shape }) => `'${id}' [${shape.join(', ')}]`).join(', '),
    },
    images: { name: images.id, shape: images.shape, dtype: input.dtype, exact: false, layout },
    forward: photos => {
      const kept = new Set([tap, ...sides]);
      const [features, ...side] = tidy(() => {
        const given = othersFor(photos);
        const values = new Map(operations.inputs.map((value, index) => [value, given[index]!]));
        run(head, values, { keep: kept, finished: tensor => dispose(tensor) });
        // A side value may be the images themselves, which stay the caller's.
        return [tap, ...sides].map(value => {
          const tensor = values.get(value)!;
          const placed =
            value === tap && channelsFirst ? transpose(tensor, [0, 2, 3, 1]) : tensor.clone();
          return keep(placed);
        });
      }) as [Tensor4D, ...Tensor[]];
      return { features, side, dispose: () => dispose([features, ...side]) };
    },
    tail: (features, side) => {
      const placed = channelsFirst ? transpose(features, [0, 3, 1, 2]) : features;
      const values = new Map<Value, Tensor>([
        [tap, placed],
        ...sides.map((value, index) => [value, side[index]!] as const),
      ]);
      run(tail, values, { keep: keepLogits });
      return logits.finish(values);
    },
    pooledTail: vector => {
      const [start] = pooling;
      if (!pooled || !start)
        throw new Error(
          `'${tap.id}' does not reach the logits through global average pooling alone.`,
        );
      const values = new Map<Value, Tensor>([[start.outputs[0]!, vector]]);
      run(tail.slice(tail.indexOf(start) + 1), values, { keep: keepLogits });
      return logits.finish(values);
    },
    predict: photos => {
      const given = othersFor(photos);
      const own = operations.outputs.indexOf(output);
      if (own >= 0) {
        const all = model.predict(given.length === 1 ? given[0]! : given);
        const found = asRows([all].flat()[own]!);
        return options.link && logits.link === 'linear' ? activated(options.link, found) : found;
      }
      const values = new Map(operations.inputs.map((value, index) => [value, given[index]!]));
      run(needed(operations.order, [output], new Set()), values);
      return asRows(values.get(output)!);
    },
  };
}

/** Layers whose output is a feature map that the logits depend on, from the input to the output. */
export function tapsOf(model: LayersModel): string[] {
  return featureMapsOf(model).map(value => value.id);
}

/** The feature maps that the logits depend on, from the input to the output. */
export function featureMapsOf(model: LayersModel): Value[] {
  const operations = operationsOf(model);
  return candidates(operations, logitsOf(operations.outputs[0]!).values);
}

function candidates({ order }: Operations, logits: readonly Value[]): Value[] {
  return needed(order, logits, new Set()).flatMap(({ outputs }) =>
    outputs.filter(({ shape }) => shape.length === 4 && shape[3] != null && shape[1] !== undefined),
  );
}

function findTap(
  operations: Operations,
  logits: readonly Value[],
  images: Value,
  wanted: string | undefined,
): Value {
  const varying = descendants(operations.order, images);
  // A feature map of another input says nothing about the images.
  const possible = candidates(operations, logits).filter(value => varying.has(value));
  // A map of one place, as some networks have after pooling, shows nothing unless it is asked for.
  const spatial = possible.filter(({ shape }) => (shape[1] ?? 2) * (shape[2] ?? 2) > 1);
  const ids = (wanted === undefined ? spatial : possible).map(value => value.id);
  const id = chosenTap(ids, wanted);
  return possible.find(value => value.id === id)!;
}

/** @throws TapError where the network goes on in tokens after its last feature map. */
export function refuseTransformer(model: LayersModel): void {
  const { order, outputs } = operationsOf(model);
  const { values } = logitsOf(outputs[0]!);
  const last = featureMapsOf(model).findLast(({ shape }) => (shape[1] ?? 2) * (shape[2] ?? 2) > 1);
  const after = last && needed(order, values, new Set([last]));
  if (after && readsTokens(after.map(readerOf))) refuseTokens(last.id, model.inputs[0]!.name);
}

const readerOf = ({ layer, inputs, outputs }: Operations['order'][number]) => ({
  kind: layer.getClassName(),
  inputRanks: inputs.map(({ shape }) => shape.length),
  outputRank: outputs[0]!.shape.length,
});
