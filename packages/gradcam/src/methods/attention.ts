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
  /** Whether the first token is a class token. */
  readonly classToken: boolean;
  /** What the classifier reads: the tokens after the last attention. */
  readonly tokens: Value;
  /** The operations that read these tokens. */
  readonly readers: readonly Operation[];
}

/** Class names of the layers of `@shroom/models`. */
const embedding = 'ShroomPatchTokens';
const weighing = 'ShroomAttentionWeights';
const mixing = 'ShroomAttentionMix';

const kindOf = ({ operation }: Value): string | undefined => operation?.layer.getClassName();

/**
 * Runs the network and keeps what its attentions compute. The caller disposes all tensors.
 *
 * @param name Name of the method, for the error.
 * @param wanted Whether gradients of the score are computed too.
 * @param passed Returns the value to continue with in place of a computed one; called after the value was kept.
 * @throws AttentionFailure when the network has no attentions that can be read, or not all follow one another.
 */
export async function attentionsOf(
  { parts, images, score }: Evidence,
  name: string,
  wanted: boolean,
  passed: (value: Value, tensor: Tensor) => Tensor = (_, tensor) => tensor,
): Promise<Attentions> {
  const { through } = parts;
  const layers: { -readonly [Part in keyof AttentionLayer]: AttentionLayer[Part] }[] = [];
  const shapes = new Map<Value, readonly number[]>();
  const places: Operation[] = [];
  const trace: Value[] = [];
  const seen = (value: Value, tensor: Tensor): Tensor => {
    shapes.set(value, tensor.shape);
    trace.push(value);
    if (kindOf(value) === embedding) places.push(value.operation!);
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
  const refused = (reason: string): never => {
    disposeAttentions(layers);
    throw new AttentionFailure(`${name}() ${reason}`);
  };
  const [place, other] = places;
  const shape = place && shapes.get(place.inputs[0]!);
  if (layers.length === 0 || !shape)
    return refused(
      `reads the attention of vision transformers of @shroom/models; this model has none that can be read, at '${parts.tap}'. Grad-CAM and its relatives work with { tokens }.`,
    );
  const length = layers[0]!.weights.shape[3];
  const tokens = crossing(trace, place.outputs[0]!).filter(value => {
    const [, each, ...rest] = shapes.get(value)!;
    return each === length && rest.length === 1;
  });
  const last = tokens.find(value => /norm/i.test(kindOf(value)!)) ?? tokens[0];
  if (other || !last || layers.some(({ weights }) => weights.shape[3] !== length))
    return refused(
      `follows the tokens of one vision transformer through all its attentions to the classifier. ${
        other
          ? `This model has several, which begin at ${[place, other].map(({ outputs }) => `'${outputs[0]!.id}'`).join(' and ')}.`
          : `This model reads them in other places too, or changes their number.`
      } Take gradCam() at a { tap }, or explain the pixels.`,
    );
  const [, rows, columns] = shape as [number, number, number];
  return {
    ...{ layers, rows, columns, prefix: length - rows * columns, tokens: last },
    classToken: Boolean(place.layer.getConfig().classToken),
    readers: trace
      .filter(({ operation }) => operation!.inputs.includes(last))
      .map(({ operation }) => operation!),
  };
}

/** The values after the last attention through which everything passes that is computed from `source`, in order. */
function crossing(trace: readonly Value[], source: Value): Value[] {
  const own: Value[] = [];
  const inputsOf = ({ operation }: Value) =>
    operation!.inputs.map(input => own.indexOf(input)).filter(index => index >= 0);
  for (const value of trace)
    if (value === source || inputsOf(value)[0] !== undefined) own.push(value);
  const read = new Set(own.flatMap(inputsOf));
  const found: Value[] = [];
  // The first value that a later one reads, or that nothing reads, as at the end.
  let earliest = own.length;
  for (let index = own.length - 1; index >= 0 && kindOf(own[index]!) !== mixing; index--) {
    if (!read.has(index)) earliest = Math.min(earliest, index);
    if (earliest >= index) found.unshift(own[index]!);
    earliest = Math.min(earliest, ...inputsOf(own[index]!));
  }
  return found;
}

/** Frees what {@link attentionsOf} kept. */
export function disposeAttentions(layers: readonly AttentionLayer[]): void {
  for (const { weights, all, gradient, mixGradient } of layers)
    for (const tensor of [weights, all, gradient, mixGradient]) tensor?.dispose();
}
