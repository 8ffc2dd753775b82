import type { RotaryPositions } from '../layers/rotary-positions';
import { latentQuery, learnedTokens } from '../writing/learned-tokens';
import { fixedShape } from '../writing/network-writer';
import type { GraphCall } from './call';
import { flag, type GraphModel } from './model';

function sliced(graph: GraphModel, x: string, start: readonly number[], size: readonly number[]) {
  return graph.add('Slice', [x, graph.integers(start), graph.integers(size)]);
}

function concatenated(graph: GraphModel, names: readonly string[], axis: number): string {
  const place = graph.integers([axis], []);
  return graph.add('ConcatV2', [...names, place], { N: { i: String(names.length) } });
}

const reshaped = (graph: GraphModel, x: string, shape: readonly number[]) =>
  graph.add('Reshape', [x, graph.integers(shape)]);

const transposed = (graph: GraphModel, x: string, axes: readonly number[]) =>
  graph.add('Transpose', [x, graph.integers(axes)]);

/** Writes patches `[N, h, w, C]` as tokens `[N, T, C]`, with positions for the network's input size. */
export function patchTokens(call: GraphCall): string {
  const { graph, path, inputs } = call;
  const { before, positions, height, width, channels } = learnedTokens(call, 'a graph');
  const count = height * width;
  let patches = reshaped(graph, inputs[0]!.name, [-1, count, channels]);
  if (positions) {
    const placed = graph.floats(`${path}/positions`, [count, channels], positions);
    patches = graph.add('AddV2', [patches, placed]);
  }
  if (before.length === 0) return patches;
  const prefix = graph.floats(`${path}/prefix`, [1, before.length / channels, channels], before);
  // Zeros for each image, to which the tokens are added.
  const first = sliced(graph, patches, [0, 0, 0], [-1, 1, channels]);
  const zeros = graph.add('Mul', [first, graph.number(0)]);
  return concatenated(graph, [graph.add('AddV2', [zeros, prefix]), patches], 1);
}

/** One part of several, `[N, heads, T, size]`: of queries (0), keys (1) and values (2), if there are three. */
function part(
  graph: GraphModel,
  all: GraphCall['inputs'][number],
  index: number,
  heads: number,
  parts = 3,
) {
  const [, tokens, width] = all.shape as [null, number, number];
  const channels = width / parts;
  const own = sliced(graph, all.name, [0, 0, index * channels], [-1, tokens, channels]);
  const apart = reshaped(graph, own, [-1, tokens, heads, channels / heads]);
  return transposed(graph, apart, [0, 2, 1, 3]);
}

export function attentionWeights(call: GraphCall): string {
  const { graph, config, inputs } = call;
  const [all] = inputs;
  const heads = config.heads as number;
  const scale = graph.number(Math.sqrt(heads / (fixedShape(call, 'a graph')[2]! / 3)));
  const queries = graph.add('Mul', [part(graph, all!, 0, heads), scale]);
  const products = graph.add('BatchMatMulV2', [queries, part(graph, all!, 1, heads)], {
    adj_y: flag(true),
  });
  return graph.add('Softmax', [products]);
}

export function attentionMix({ graph, inputs }: GraphCall): string {
  const [weights, all] = inputs;
  const [, tokens, width] = all!.shape as [null, number, number];
  const values = part(graph, all!, 2, weights!.shape[1]!);
  const mixed = graph.add('BatchMatMulV2', [weights!.name, values]);
  return reshaped(graph, transposed(graph, mixed, [0, 2, 1, 3]), [-1, tokens, width / 3]);
}

export function rotaryPositions(call: GraphCall): string {
  const { graph, layer, path, config, inputs } = call;
  const [, tokens, width] = fixedShape(call, 'a graph') as [null, number, number];
  const heads = config.heads as number;
  const size = width / 3 / heads;
  const [cosines, sines] = (layer as RotaryPositions).rotations(tokens, size).map((values, k) =>
    // One rotation for each head, since TensorFlow.js broadcasts at most four axes.
    graph.floats(`${path}/${k ? 'sines' : 'cosines'}`, [tokens * 3, 1, size], values),
  );
  const parts = reshaped(graph, inputs[0]!.name, [-1, tokens * 3, heads, size]);
  const half = [-1, tokens * 3, heads, size / 2];
  const second = graph.add('Neg', [sliced(graph, parts, [0, 0, 0, size / 2], half)]);
  const turned = concatenated(graph, [second, sliced(graph, parts, [0, 0, 0, 0], half)], 3);
  const products = [graph.add('Mul', [parts, cosines!]), graph.add('Mul', [turned, sines!])];
  return reshaped(graph, graph.add('AddV2', products), [-1, tokens, width]);
}

export function tokenPooling(call: GraphCall): string {
  const { graph, config, inputs } = call;
  const { mode, prefix } = config as { readonly mode: string; readonly prefix: number };
  const [, tokens, channels] = fixedShape(call, 'a graph') as [null, number, number];
  const own = (start: number, count: number) =>
    sliced(graph, inputs[0]!.name, [0, start, 0], [-1, count, channels]);
  const first = () => reshaped(graph, own(0, 1), [-1, channels]);
  const average = () =>
    graph.add('Mean', [own(prefix, tokens - prefix), graph.integers([1])], {
      keep_dims: flag(false),
    });
  if (mode === 'cls') return first();
  return mode === 'mean' ? average() : concatenated(graph, [first(), average()], 1);
}

/** Each token times the weights of a dense layer. */
export function ofTokens({ graph, weights, inputs, path }: GraphCall): string {
  const [, tokens, channels] = inputs[0]!.shape as [null, number, number];
  const { shape, values } = weights.get('kernel')!;
  const rows = reshaped(graph, inputs[0]!.name, [-1, channels]);
  const product = graph.add('MatMul', [rows, graph.floats(`${path}/kernel`, shape, values)]);
  return reshaped(graph, product, [-1, tokens, shape[1]!]);
}

/** The question is the same for each image, so it is computed here. */
export function latentAttention(call: GraphCall): string {
  const { graph, path, config, inputs } = call;
  const tokens = fixedShape(call, 'a graph')[1]!;
  const heads = config.heads as number;
  const query = latentQuery(call);
  const channels = query.length;
  const half = (index: number) => part(graph, inputs[0]!, index, heads, 2);
  const asked = graph.floats(`${path}/query`, [1, heads, 1, channels / heads], query);
  const products = graph.add('Mul', [half(0), asked]);
  const scores = graph.add('Sum', [products, graph.integers([-1])], { keep_dims: flag(false) });
  const shares = graph.add('Softmax', [reshaped(graph, scores, [-1, heads, 1, tokens])]);
  const answer = graph.add('BatchMatMulV2', [shares, half(1)]);
  return reshaped(graph, answer, [-1, channels]);
}
