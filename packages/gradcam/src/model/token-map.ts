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
  /** `[rows, columns]` of the grid of patches. Default: that of the network's patches, or the grid of square patches that fills the image. */
  readonly grid?: readonly [rows: number, columns: number];
  /** Number of tokens before the patches: 1 for a class token, 5 with four registers. Default 0. */
  readonly prefix?: number;
}

/** Layers of `@shroom/models` that turn patches into tokens. */
const embedding = 'ShroomPatchTokens';

/**
 * The embedded patches `[N, h, w, C]` of a network of `@shroom/models`, before they become tokens: the last ones from which the values are
 * computed.
 */
export const patchesOf = ({ order }: Operations, ...values: readonly Value[]): Value | undefined =>
  needed(order, values).findLast(({ layer }) => layer.getClassName() === embedding)?.inputs[0];

/** Whether a value holds tokens with a known number of channels. */
export const isTokens = ({ shape }: Value): boolean => shape.length === 3 && shape[2] != null;

/**
 * What each attention reads, after its norm, the last one first. This explains a decision best: where only the class token is read
 * afterwards, later tokens of patches have no influence on the logits.
 */
export function readByAttention({ order }: Operations, logits: readonly Value[]): Value[] {
  const found: Value[] = [];
  let norm: Value | undefined;
  for (const { layer, outputs } of needed(order, logits)) {
    const kind = layer.getClassName();
    if (/norm/i.test(kind) && isTokens(outputs[0]!)) norm = outputs[0];
    if (/attention/i.test(kind) && norm && found[0] !== norm) found.unshift(norm);
  }
  return found;
}

/** Suggests what the last attentions of a network of `@shroom/models` read, the last one first. */
export function tokenTaps(operations: Operations, logits: readonly Value[]): TapSuggestion[] {
  const height = operations.inputs[0]!.shape[1];
  return readByAttention(operations, logits)
    .filter(value => patchesOf(operations, value))
    .slice(0, 3)
    .map((value, index) => {
      const { id, shape, operation } = value;
      const [, rows, columns] = patchesOf(operations, value)!.shape as (number | null)[];
      return {
        tap: id,
        kind: operation!.layer.getClassName(),
        ...{ height: rows!, width: columns!, channels: shape[2]! },
        stride: height && rows ? Math.round(height / rows) : null,
        reason: index
          ? 'What an earlier attention reads: further from the decision.'
          : 'What the last attention reads. Later tokens have no influence where only the class token is read.',
      };
    });
}

/** The grid of square patches that fills an area; pixels that fill no patch are left out. There is at most one with so many patches. */
function gridOf(patches: number, [, height, width]: readonly number[]): [number, number] {
  for (let size = 1; size <= height!; size++) {
    const rows = Math.floor(height! / size);
    const columns = Math.floor(width! / size);
    if (rows * columns === patches) return [rows, columns];
  }
  return [0, 0];
}

/**
 * Tokens as a feature map `[N, rows, columns, C]`, and the tokens before it `[N, prefix, C]`.
 *
 * @param area Shape `[N, h, w, C]` of the embedded patches or, if they are not known, of the images.
 * @param how Default: all tokens before the embedded patches are the prefix.
 * @throws TapError when there are no such tokens.
 */
export function split(
  tokens: Tensor,
  area: readonly number[],
  how: Tokens | undefined,
  tap: string,
): [Tensor4D, Tensor3D] {
  const [count, length, channels] = tokens.shape as Tensor3D['shape'];
  const { prefix = 0, grid } = how ?? { prefix: length - area[1]! * area[2]! };
  const patches = length - prefix;
  const [rows, columns] = grid ?? gridOf(patches, area);
  // A text as the prefix makes a text of the sum.
  if (rows * columns + prefix !== length || rows < 1 || patches % rows || prefix < 0)
    throw new TapError(
      `'${tap}': ${patches} of ${length} tokens are patches, which are no ${grid ? `${rows} x ${columns}` : 'grid'}. Give { tokens: { grid: [rows, columns], prefix } }, prefix 0 to ${length - 1}.`,
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
