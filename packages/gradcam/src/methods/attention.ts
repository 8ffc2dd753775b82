import {
  grad,
  keep,
  type Scalar,
  sum,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { differentiated, type Evidence } from '../evidence';
import { observed } from '../gradients/observed';
import type { Operation, Value } from '../model/operations';

/** Why a map of attention cannot be computed. Callers get a MethodError, which is not imported here so that it stays in the eager part. */
export class AttentionFailure extends Error {}

/** What one attention computes, with the gradients of the score: the same tensors for every layer, from the first to the last. */
export interface AttentionLayer {
  /** Attention weights `[N, heads, T, T]`. */
  readonly weights: Tensor4D;
  /** Queries, keys and values `[N, T, 3 C]`. */
  readonly all: Tensor;
  /** Gradient of the score with respect to the weights; only if asked for. */
  gradient?: Tensor4D;
  /** Gradient of the score with respect to the mixed values `[N, T, C]`; only if asked for. */
  mixGradient?: Tensor;
}

/** The attentions of a network, and where the patches are among its tokens. */
export interface Attentions {
  readonly layers: readonly AttentionLayer[];
  readonly prefix: number;
  readonly rows: number;
  readonly columns: number;
  /** What the classifier reads: the class token, the mean of the patches, or both. */
  readonly pooling: string;
}

/** Class names of the layers of `@shroom/models`. */
const embedding = 'ShroomPatchTokens';
const weighing = 'ShroomAttentionWeights';
const mixing = 'ShroomAttentionMix';
const tokenPooling = 'ShroomTokenPooling';

const kindOf = ({ operation }: Value): string | undefined => operation?.layer.getClassName();

/**
 * Runs the network and keeps what its attentions compute. The caller disposes all tensors.
 *
 * @param name Name of the method, for the error.
 * @param wanted Whether gradients of the score are computed too.
 * @param passed Returns the value to continue with in place of a computed one; called after the value was kept.
 * @throws AttentionFailure when the network has no attentions that can be read.
 */
export async function attentionsOf(
  { parts, images, score }: Evidence,
  name: string,
  wanted: boolean,
  passed: (value: Value, tensor: Tensor) => Tensor = (_, tensor) => tensor,
): Promise<Attentions> {
  const { through } = parts;
  const layers: { -readonly [Part in keyof AttentionLayer]: AttentionLayer[Part] }[] = [];
  const maps = new Map<Value, readonly number[]>();
  let place: Operation | undefined;
  let pooling = 'mean';
  const seen = (value: Value, tensor: Tensor): Tensor => {
    if (tensor.rank === 4) maps.set(value, tensor.shape);
    const kind = kindOf(value);
    const { operation } = value;
    if (kind === embedding) place = operation;
    if (kind === tokenPooling) pooling = String(operation!.layer.getConfig().mode);
    return passed(value, tensor);
  };
  const photos = [...Array(images.shape[0]).keys()];
  const total = (pixels: Tensor): Scalar => {
    const values = new Map<Value, Tensor>();
    const logits = through!(pixels as Tensor4D, (value, tensor) => {
      const other = seen(value, tensor);
      values.set(value, other);
      const kind = kindOf(value);
      if (kind === weighing) {
        const all = values.get(value.operation!.inputs[0]!)!;
        const layer: (typeof layers)[number] = {
          weights: keep(other.clone()) as Tensor4D,
          all: keep(all.clone()),
        };
        layers.push(layer);
        if (!wanted) return other;
        return observed(other, gradient => {
          layer.gradient = keep(gradient.clone()) as Tensor4D;
        });
      }
      const last = layers.at(-1);
      if (kind !== mixing || !wanted || !last) return other;
      return observed(other, gradient => {
        last.mixGradient = keep(gradient.clone());
      });
    });
    return sum(score(logits, photos));
  };
  if (through) {
    if (wanted) await differentiated(() => tidy(() => void grad(total)(images)));
    else tidy(() => void total(images));
  }
  const shape = place && maps.get(place.inputs[0]!);
  if (layers.length === 0 || !place || !shape) {
    disposeAttentions(layers);
    throw new AttentionFailure(
      `${name}() reads the attention of vision transformers of @shroom/models; this model has none that can be read, at '${parts.tap}'. Grad-CAM and its relatives work with { tokens }.`,
    );
  }
  const [, rows, columns] = shape as [number, number, number];
  const prefix = layers[0]!.weights.shape[3] - rows * columns;
  return { layers, pooling, prefix, rows, columns };
}

/** Frees what {@link attentionsOf} kept. */
export function disposeAttentions(layers: readonly AttentionLayer[]): void {
  for (const { weights, all, gradient, mixGradient } of layers)
    for (const tensor of [weights, all, gradient, mixGradient]) tensor?.dispose();
}
