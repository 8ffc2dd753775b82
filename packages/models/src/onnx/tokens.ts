import type { RotaryPositions } from '../layers/rotary-positions';
import { latentQuery, learnedTokens } from '../writing/learned-tokens';
import { fixedShape } from '../writing/network-writer';
import type { Call } from './call';
import type { OnnxModel } from './model';

function numbers(onnx: OnnxModel, values: readonly number[]): string {
  const of = BigInt64Array.from(values, BigInt);
  return onnx.constant(`integers ${values}`, 'int64', [values.length], of);
}

function sliced(onnx: OnnxModel, x: string, axis: number, start: number, end: number): string {
  const [from, to, along] = [[start], [end], [axis]].map(each => numbers(onnx, each));
  return onnx.add('Slice', [x, from!, to!, along!]);
}

/** The end of an axis in a slice. */
const end = Number.MAX_SAFE_INTEGER;

/** Writes patches `[N, C, h, w]` as tokens `[N, T, C]`, with positions for the network's input size. */
export function patchTokens(call: Call): string {
  const { onnx, path, inputs } = call;
  const { before, positions, height, width, channels } = learnedTokens(call, 'ONNX');
  const floats = (name: string, shape: readonly number[], values: Float32Array) =>
    onnx.constant(`${path}.${name}`, 'float32', shape, values);
  const rows = onnx.add('Reshape', [inputs[0]!.name, numbers(onnx, [0, channels, -1])]);
  let patches = onnx.add('Transpose', [rows], { perm: [0, 2, 1] });
  if (positions) {
    const placed = floats('positions', [height * width, channels], positions);
    patches = onnx.add('Add', [patches, placed]);
  }
  if (before.length === 0) return patches;
  const prefix = floats('prefix', [1, before.length / channels, channels], before);
  const images = sliced(onnx, onnx.add('Shape', [inputs[0]!.name]), 0, 0, 1);
  const sizes = onnx.add('Concat', [images, numbers(onnx, [1, 1])], { axis: 0 });
  return onnx.add('Concat', [onnx.add('Expand', [prefix, sizes]), patches], { axis: 1 });
}

/** One part of several, `[N, heads, T, size]`: of queries (0), keys (1) and values (2), if there are three. */
function part(
  onnx: OnnxModel,
  all: Call['inputs'][number],
  index: number,
  heads: number,
  parts = 3,
): string {
  const channels = all.shape[2]! / parts;
  const own = sliced(onnx, all.name, 2, index * channels, (index + 1) * channels);
  const apart = onnx.add('Reshape', [own, numbers(onnx, [0, -1, heads, channels / heads])]);
  return onnx.add('Transpose', [apart], { perm: [0, 2, 1, 3] });
}

export function attentionWeights({ onnx, config, inputs }: Call): string {
  const heads = config.heads as number;
  const scale = Math.sqrt(heads / (inputs[0]!.shape[2]! / 3));
  const factor = onnx.constant(`number ${scale}`, 'float32', [], Float32Array.of(scale));
  const queries = onnx.add('Mul', [part(onnx, inputs[0]!, 0, heads), factor]);
  const keys = onnx.add('Transpose', [part(onnx, inputs[0]!, 1, heads)], { perm: [0, 1, 3, 2] });
  return onnx.add('Softmax', [onnx.add('MatMul', [queries, keys])], { axis: -1 });
}

export function attentionMix({ onnx, inputs }: Call): string {
  const [weights, all] = inputs;
  const values = part(onnx, all!, 2, weights!.shape[1]!);
  const mixed = onnx.add('MatMul', [weights!.name, values]);
  const turned = onnx.add('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  return onnx.add('Reshape', [turned, numbers(onnx, [0, -1, all!.shape[2]! / 3])]);
}

export function rotaryPositions(call: Call): string {
  const { onnx, layer, path, config, inputs } = call;
  const [, tokens, width] = fixedShape(call, 'ONNX') as [null, number, number];
  const heads = config.heads as number;
  const size = width / 3 / heads;
  const [cosines, sines] = (layer as RotaryPositions)
    .rotations(tokens, size)
    .map((values, k) =>
      onnx.constant(`${path}.${k ? 'sines' : 'cosines'}`, 'float32', [tokens * 3, 1, size], values),
    );
  const parts = onnx.add('Reshape', [inputs[0]!.name, numbers(onnx, [0, tokens * 3, heads, size])]);
  const second = onnx.add('Neg', [sliced(onnx, parts, 3, size / 2, size)]);
  const turned = onnx.add('Concat', [second, sliced(onnx, parts, 3, 0, size / 2)], { axis: 3 });
  const products = [onnx.add('Mul', [parts, cosines!]), onnx.add('Mul', [turned, sines!])];
  return onnx.add('Reshape', [onnx.add('Add', products), numbers(onnx, [0, tokens, width])]);
}

export function tokenPooling({ onnx, config, inputs }: Call): string {
  const { mode, prefix } = config as { readonly mode: string; readonly prefix: number };
  const tokens = inputs[0]!.name;
  const first = () => onnx.add('Flatten', [sliced(onnx, tokens, 1, 0, 1)], { axis: 1 });
  const average = () =>
    onnx.add('ReduceMean', [sliced(onnx, tokens, 1, prefix, end)], { axes: [1], keepdims: 0 });
  if (mode === 'cls') return first();
  return mode === 'mean' ? average() : onnx.add('Concat', [first(), average()], { axis: 1 });
}

/** The question is the same for each image, so it is computed here. */
export function latentAttention(call: Call): string {
  const { onnx, path, config, inputs } = call;
  const heads = config.heads as number;
  const query = latentQuery(call);
  const size = query.length / heads;
  const half = (index: number) => part(onnx, inputs[0]!, index, heads, 2);
  const asked = onnx.constant(`${path}.query`, 'float32', [1, heads, 1, size], query);
  const keys = onnx.add('Transpose', [half(0)], { perm: [0, 1, 3, 2] });
  const shares = onnx.add('Softmax', [onnx.add('MatMul', [asked, keys])], { axis: -1 });
  const answer = onnx.add('MatMul', [shares, half(1)]);
  return onnx.add('Reshape', [answer, numbers(onnx, [-1, query.length])]);
}
