import {
  concat,
  reshape,
  slice,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { TapSuggestion } from './feature-map';
import { needed, type Operations, type Value } from './operations';
import { TapError } from './tap';

/** Where the patches of the image are in tokens `[N, T, C]`, row by row. */
export interface Tokens {
  /** `[rows, columns]` of the grid of patches. Default: as the image's proportions tell it. */
  readonly grid?: readonly [rows: number, columns: number];
  /** Number of tokens before the patches: 1 for a class token, 5 with four registers. Default 0. */
  readonly prefix?: number;
}

/** Layers of `@shroom/models` that turn patches into tokens. */
const embedding = 'ShroomPatchTokens';

/** The tokens of a network of `@shroom/models`, which says itself where its patches are. */
export function tokensOf({ order }: Operations): Tokens | undefined {
  const found = order.find(({ layer }) => layer.getClassName() === embedding);
  if (!found) return undefined;
  const { classToken, registers } = found.layer.getConfig() as Record<string, number | boolean>;
  const [, rows, columns] = found.inputs[0]!.shape;
  const prefix = Number(classToken) + Number(registers);
  return { prefix, ...(rows && columns && { grid: [rows, columns] }) };
}

/** Whether a value holds tokens with a known number of channels. */
export const isTokens = ({ shape }: Value): boolean => shape.length === 3 && shape[2] != null;

/**
 * What each attention reads, after its norm, the last one first. This explains a decision best: where only the class token is read
 * afterwards, later tokens of patches have no influence on the logits.
 */
export function readByAttention({ order }: Operations, logits: readonly Value[]): Value[] {
  const found: Value[] = [];
  let norm: Value | undefined;
  for (const { layer, outputs } of needed(order, logits, new Set())) {
    const kind = layer.getClassName();
    if (/norm/i.test(kind) && isTokens(outputs[0]!)) norm = outputs[0];
    if (/attention/i.test(kind) && norm && found[0] !== norm) found.unshift(norm);
  }
  return found;
}

/** Suggests what the last attentions of a network of `@shroom/models` read, the last one first. */
export function tokenTaps(operations: Operations, logits: readonly Value[]): TapSuggestion[] {
  const tokens = tokensOf(operations);
  if (!tokens) return [];
  const [rows, columns] = tokens.grid ?? [null, null];
  const height = operations.inputs[0]!.shape[1];
  return readByAttention(operations, logits)
    .slice(0, 3)
    .map(({ id, shape, operation }, index) => ({
      tap: id,
      kind: operation!.layer.getClassName(),
      ...{ height: rows, width: columns, channels: shape[2]! },
      stride: height && rows ? Math.round(height / rows) : null,
      reason:
        index === 0
          ? 'The tokens that the last attention reads. Later ones have no influence on the decision where only the class token is read.'
          : 'The tokens that an earlier attention reads: further from the decision.',
    }));
}

/** Tokens as a feature map `[N, rows, columns, C]`, and the tokens before it `[N, prefix, C]`. */
export function split(
  tokens: Tensor,
  photos: Tensor,
  how: Tokens,
  tap: string,
): [Tensor4D, Tensor3D] {
  const { prefix = 0, grid } = how;
  const [count, length, channels] = tokens.shape as Tensor3D['shape'];
  const patches = length - prefix;
  // Without a grid: as many rows to columns as the image has.
  const height = Math.round(Math.sqrt((patches * photos.shape[1]!) / photos.shape[2]!)) || 1;
  const [rows, columns] = grid ?? [height, Math.round(patches / height)];
  if (rows * columns !== patches)
    throw new TapError(
      `'${tap}': ${patches} of ${length} tokens are patches, which are no ${rows} x ${columns}. Give { tokens: { grid: [rows, columns], prefix } }.`,
    );
  const own = slice(tokens as Tensor3D, [0, prefix, 0]);
  return [
    reshape(own, [count, rows, columns, channels]),
    slice(tokens as Tensor3D, [0, 0, 0], [count, prefix, channels]),
  ];
}

/** The reverse of {@link split}. */
export function join(map: Tensor4D, before: Tensor): Tensor {
  const [count, rows, columns, channels] = map.shape;
  const patches = reshape(map, [count, rows * columns, channels]);
  return before.shape[1] === 0 ? patches : concat([before as Tensor3D, patches], 1);
}
