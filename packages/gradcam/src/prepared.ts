import {
  dispose,
  keep,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { asTheyAre, type Link, logitsOf } from './logits';
import { descendants, needed, type Operations, operationsOf, run, type Value } from './operations';
import { chosenInput, chosenOutput, repeated } from './ports';
import { chosenTap } from './tap';

/** What the first part of a prepared model computed. */
export interface Cut {
  /** The tapped feature map, `[N, h, w, C]`. */
  readonly features: Tensor4D;
  /** Other values that the second part needs, such as shortcuts around the tap. */
  readonly side: readonly Tensor[];
  dispose(): void;
}

/** A model cut at a feature map. Holds no tensors of its own. */
export interface PreparedModel {
  /** Path of the tapped layer. */
  readonly tap: string;
  readonly channels: number;
  /** Number of logits. */
  readonly classes: number;
  /** Whether the feature map reaches the logits through global average pooling alone. */
  readonly pooled: boolean;
  /** How probabilities come from the logits. */
  readonly link: Link;
  /** Images `[N, H, W, 3]` to the tap; no gradient is recorded. The caller disposes the cut. */
  forward(images: Tensor): Cut;
  /** From the tap to the logits `[N, K]`; differentiable. */
  tail(features: Tensor4D, side: readonly Tensor[]): Tensor2D;
  /** From the pooled tap `[N, C]` to the logits, where `pooled`. */
  pooledTail(pooled: Tensor2D): Tensor2D;
  /**
   * From the tap to what the model itself gives, where the logits were recovered from behind an activation: what they are
   * verified against. Absent where the model gives its logits.
   */
  readonly output?: (features: Tensor4D, side: readonly Tensor[]) => Tensor;
}

export interface PrepareOptions {
  /**
   * Name or path of a layer with a 4-D output, or the name of the model's input (`model.inputNames[0]`) for methods that look
   * at pixels. Default: the last one with more than one place.
   */
  readonly tap?: string;
  /** Which of several inputs holds the images. Default: the first with four dimensions. */
  readonly input?: string;
  /** Values of all other inputs by name, `[1, ...]` for every image or `[N, ...]`; the caller's, for as long as it is explained. */
  readonly given?: Readonly<Record<string, Tensor>>;
  /** Which of several outputs is explained. Default: the first. */
  readonly output?: string;
  /** Default 'recovered': from before a last softmax or sigmoid. 'as-is': the output is taken for them. */
  readonly logits?: 'recovered' | 'as-is';
}

/**
 * Cuts a model in two at a layer: functional or sequential, nested to any depth, layers frozen or not, with any number of
 * inputs and outputs. The model is neither changed nor copied, and batch norms stay in inference mode.
 *
 * @throws TapError naming the layers that can be tapped, or the inputs and outputs that there are.
 */
export function prepareModel(model: LayersModel, options: PrepareOptions = {}): PreparedModel {
  const operations = operationsOf(model);
  const images = chosenInput(operations.inputs, options);
  const output = chosenOutput(operations.outputs, model.outputNames, options.output);
  const logits = options.logits === 'as-is' ? asTheyAre(output) : logitsOf(output);
  const tap = findTap(operations, logits.value, images, options.tap);
  const after = needed(operations.order, [logits.value], new Set([tap]));
  const within = descendants(operations.order, tap);
  // Operations that do not depend on the tap belong to the first part; what they hand over are side values.
  const tail = after.filter(({ outputs }) => outputs.some(value => within.has(value)));
  const sides = [
    ...new Set(tail.flatMap(({ inputs }) => inputs.filter(input => !within.has(input)))),
  ];
  const head = needed(operations.order, [tap, ...sides], new Set());
  const pooling = tail.filter(({ inputs }) => inputs.includes(tap));
  const pooled =
    pooling.length === 1 &&
    pooling[0]!.layer.getClassName() === 'GlobalAveragePooling2D' &&
    sides.length === 0;
  const valuesAt = (features: Tensor, side: readonly Tensor[]) =>
    new Map<Value, Tensor>([
      [tap, features],
      ...sides.map((value, index) => [value, side[index]!] as const),
    ]);
  const toLogits = (features: Tensor4D, side: readonly Tensor[]): Tensor2D => {
    const values = valuesAt(features, side);
    run(tail, values);
    return logits.finish(values.get(logits.value)!);
  };

  return {
    tap: tap.id,
    channels: tap.shape[3]!,
    classes: output.shape.at(-1)!,
    pooled,
    link: logits.link,
    forward: photos => {
      const kept = new Set([tap, ...sides]);
      const [features, ...side] = tidy(() => {
        const values = new Map<Value, Tensor>([[images, photos]]);
        for (const input of operations.inputs)
          if (input !== images) values.set(input, repeated(options.given![input.id]!, photos));
        run(head, values, { keep: kept, finished: tensor => dispose(tensor) });
        // A side value may be the images themselves, which stay the caller's.
        return [tap, ...sides].map(value => keep(values.get(value)!.clone()));
      }) as [Tensor4D, ...Tensor[]];
      return { features, side, dispose: () => dispose([features, ...side]) };
    },
    tail: toLogits,
    pooledTail: vector => {
      const [start] = pooling;
      if (!pooled || !start)
        throw new Error(
          `'${tap.id}' does not reach the logits through global average pooling alone.`,
        );
      const values = new Map<Value, Tensor>([[start.outputs[0]!, vector]]);
      run(tail.slice(tail.indexOf(start) + 1), values);
      return logits.finish(values.get(logits.value)!);
    },
    ...(logits.recovered && {
      output: (features: Tensor4D, side: readonly Tensor[]) => {
        const values = valuesAt(features, side);
        run([...tail, output.operation!], values);
        return values.get(output)!;
      },
    }),
  };
}

/** Layers whose output is a feature map that the logits depend on, from the input to the output. */
export function tapsOf(model: LayersModel): string[] {
  return featureMapsOf(model).map(value => value.id);
}

/** The feature maps that the logits depend on, from the input to the output. */
export function featureMapsOf(model: LayersModel): Value[] {
  const operations = operationsOf(model);
  return candidates(operations, logitsOf(operations.outputs[0]!).value);
}

function candidates({ order }: Operations, logits: Value): Value[] {
  return needed(order, [logits], new Set()).flatMap(({ outputs }) =>
    outputs.filter(({ shape }) => shape.length === 4 && shape[3] != null),
  );
}

function findTap(
  operations: Operations,
  logits: Value,
  images: Value,
  wanted: string | undefined,
): Value {
  if (wanted === images.id) return images;
  const varying = descendants(operations.order, images);
  // A feature map of another input says nothing about the images.
  const possible = candidates(operations, logits).filter(value => varying.has(value));
  // A map of one place, as some networks have after pooling, shows nothing unless it is asked for.
  const spatial = possible.filter(({ shape }) => (shape[1] ?? 2) * (shape[2] ?? 2) > 1);
  const ids = (wanted === undefined ? spatial : possible).map(value => value.id);
  const id = chosenTap(ids, wanted);
  return possible.find(value => value.id === id)!;
}
