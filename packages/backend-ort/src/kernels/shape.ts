import { backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import type { GraphNode, NumericType } from '../graph/node';
import { compare, where } from '../operators/arithmetic';
import { cast, fill, scalar } from '../operators/elementwise';
import { croppedGradient } from '../operators/padding';
import { plain } from '../operators/plain';
import { concat, expand, pad, reshape, slice, transpose } from '../operators/shape';
import type { KernelCall, Translations } from './kernel';

/** Applies an operator that does not support booleans through a dtype that it supports. */
function throughIntegers(x: GraphNode, build: (x: GraphNode) => GraphNode): GraphNode {
  return x.dtype === 'bool' ? cast(build(cast(x, 'int32')), 'bool') : build(x);
}

const zeros = (x: GraphNode): number[] => x.shape.map(() => 0);

export const shapeKernels: Translations = {
  Transpose: ({ inputs, attrs }: KernelCall<{ perm: number[] }>) =>
    transpose(inputs.x!, attrs.perm),
  Slice: ({ inputs, attrs }: KernelCall<{ begin: number | number[]; size: number | number[] }>) => {
    const x = inputs.x!;
    const probe = { rank: x.rank, shape: [...x.shape] };
    const [begin, size] = slice_util.parseSliceParams(probe as never, attrs.begin, attrs.size);
    slice_util.assertParamsValid(probe as never, begin!, size!);
    const end = begin!.map((start, i) => start + size![i]!);
    return croppedGradient(x, begin!, end) ?? slice(x, begin!, end);
  },
  StridedSlice: ({ inputs, attrs }: KernelCall<StridedSliceAttrs>) => {
    const x = inputs.x!;
    const info = slice_util.sliceInfo(
      [...x.shape],
      attrs.begin,
      attrs.end,
      attrs.strides,
      attrs.beginMask,
      attrs.endMask,
      attrs.ellipsisMask,
      attrs.newAxisMask,
      attrs.shrinkAxisMask,
    );
    if (info.isIdentity) return reshape(x, info.finalShape);
    if (info.begin.length !== x.rank) return undefined;
    return reshape(slice(x, info.begin, info.end, info.strides), info.finalShape);
  },
  Reverse: ({ inputs, attrs }: KernelCall<{ dims: number | number[] }>) => {
    const x = inputs.x!;
    const axes = util.parseAxisParam(attrs.dims, [...x.shape]);
    const starts = x.shape.map((length, i) => (axes.includes(i) ? length - 1 : 0));
    const ends = x.shape.map((length, i) => (axes.includes(i) ? -1 : length));
    return slice(
      x,
      starts,
      ends,
      x.shape.map((_, i) => (axes.includes(i) ? -1 : 1)),
    );
  },
  PadV2: ({
    inputs,
    attrs,
  }: KernelCall<{ paddings: [number, number][]; constantValue: number }>) => {
    const { paddings, constantValue } = attrs;
    const before = paddings.map(([length]) => length);
    return throughIntegers(inputs.x!, x =>
      pad(
        x,
        before,
        paddings.map(([, length]) => length),
        constantValue,
      ),
    );
  },
  MirrorPad: ({ inputs, attrs }: KernelCall<{ paddings: [number, number][]; mode: string }>) => {
    const { paddings, mode } = attrs;
    if (mode !== 'reflect' || inputs.x!.dtype !== 'float32') return undefined;
    const before = paddings.map(([length]) => length);
    return pad(
      inputs.x!,
      before,
      paddings.map(([, length]) => length),
      0,
      'reflect',
    );
  },
  Concat: ({ list, attrs }: KernelCall<{ axis: number }>) => {
    const [axis] = util.parseAxisParam(attrs.axis, [...list[0]!.shape]) as [number];
    backend_util.assertParamsConsistent(
      list.map(part => [...part.shape]),
      axis,
    );
    const parts = list.filter(part => part.size > 0);
    if (parts.length === 0 || parts.some(part => part.dtype !== parts[0]!.dtype)) return undefined;
    return concat(parts, axis);
  },
  Pack: ({ list, attrs }: KernelCall<{ axis: number }>) => {
    // An axis of the result, which has one more dimension.
    const axis = attrs.axis < 0 ? attrs.axis + list[0]!.shape.length + 1 : attrs.axis;
    const one = (x: GraphNode) =>
      reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
    for (const part of list) {
      util.assertShapesMatch(
        [...list[0]!.shape],
        [...part.shape],
        'All tensors passed to stack must have matching shapes: ',
      );
    }
    if (list.some(part => part.dtype !== list[0]!.dtype)) return undefined;
    return concat(list.map(one), axis);
  },
  Unpack: ({ inputs, attrs }: KernelCall<{ axis: number }>) => {
    const x = inputs.value!;
    const [axis] = util.parseAxisParam(attrs.axis, [...x.shape]) as [number];
    const shape = x.shape.filter((_, i) => i !== axis);
    return Array.from({ length: x.shape[axis]! }, (_, i) =>
      reshape(along(x, axis, i, i + 1), shape),
    );
  },
  SplitV: ({ inputs, attrs }: KernelCall<{ numOrSizeSplits: number | number[]; axis: number }>) => {
    const x = inputs.x!;
    const [axis] = util.parseAxisParam(attrs.axis, [...x.shape]) as [number];
    const sizes = backend_util.prepareSplitSize(
      { shape: [...x.shape] } as never,
      attrs.numOrSizeSplits,
      axis,
    );
    let start = 0;
    return sizes.map(size => {
      start += size;
      return along(x, axis, start - size, start);
    });
  },
  Tile: ({ inputs, attrs }: KernelCall<{ reps: number[] }>) => {
    const x = inputs.x!;
    const shape = x.shape.map((length, i) => length * attrs.reps[i]!);
    // Repeating along axes of length 1 is a broadcast, which most operators do without a copy.
    const spread = x.shape.every((length, i) => length === 1 || attrs.reps[i] === 1);
    if (x.dtype !== 'bool' && spread) return expand(x, shape);
    return throughIntegers(x, y => plain('Tile', [y], shape, { arguments: [attrs.reps] }));
  },
  Fill: ({
    attrs,
  }: KernelCall<{ shape: number[]; value: number | string; dtype?: NumericType | 'string' }>) => {
    const { shape, value, dtype } = attrs;
    if (typeof value === 'string' || dtype === 'string') return undefined;
    return fill(Number(value), shape, dtype ?? 'float32');
  },
  ZerosLike: ({ inputs }: KernelCall) => fill(0, inputs.x!.shape, inputs.x!.dtype),
  OnesLike: ({ inputs }: KernelCall) => fill(1, inputs.x!.shape, inputs.x!.dtype),
  SpaceToBatchND: ({
    inputs,
    attrs,
  }: KernelCall<{ blockShape: number[]; paddings: number[][] }>) => {
    const { blockShape, paddings } = attrs;
    const rest = inputs.x!.rank - 1 - blockShape.length;
    const before = [0, ...paddings.map(([length]) => length!), ...Array<number>(rest).fill(0)];
    const after = [0, ...paddings.map(([, length]) => length!), ...Array<number>(rest).fill(0)];
    const padded = pad(inputs.x!, before, after);
    const product = blockShape.reduce((a, b) => a * b, 1);
    const grid = backend_util.getReshaped([...padded.shape], blockShape, product, false);
    const perm = backend_util.getPermuted(grid.length, blockShape.length, false);
    const shape = backend_util.getReshapedPermuted([...padded.shape], blockShape, product, false);
    return reshape(transpose(reshape(padded, grid), perm), shape);
  },
  BatchToSpaceND: ({ inputs, attrs }: KernelCall<{ blockShape: number[]; crops: number[][] }>) => {
    const x = inputs.x!;
    const { blockShape, crops } = attrs;
    const product = blockShape.reduce((a, b) => a * b, 1);
    const grid = backend_util.getReshaped([...x.shape], blockShape, product);
    const perm = backend_util.getPermuted(grid.length, blockShape.length);
    const shape = backend_util.getReshapedPermuted([...x.shape], blockShape, product);
    const begin = backend_util.getSliceBeginCoords(crops, blockShape.length);
    const size = backend_util.getSliceSize(shape, crops, blockShape.length);
    const joined = reshape(transpose(reshape(x, grid), perm), shape);
    const ends = shape.map((length, i) => (begin[i] ?? 0) + (size[i] ?? length));
    return slice(
      joined,
      shape.map((_, i) => begin[i] ?? 0),
      ends,
    );
  },
  DepthToSpace: ({ inputs, attrs }: KernelCall<{ blockSize: number; dataFormat: string }>) => {
    const x = inputs.x!;
    if (attrs.dataFormat !== 'NHWC') return undefined;
    const [n, h, w, c] = x.shape as [number, number, number, number];
    const b = attrs.blockSize;
    const depth = c / (b * b);
    const blocks = transpose(reshape(x, [n, h, w, b, b, depth]), [0, 1, 3, 2, 4, 5]);
    return reshape(blocks, [n, h * b, w * b, depth]);
  },
  OneHot: ({
    inputs,
    attrs,
  }: KernelCall<{ depth: number; onValue: number; offValue: number; dtype: NumericType }>) => {
    const indices = inputs.indices!;
    const { depth, onValue, offValue, dtype } = attrs;
    const classes = plain(
      'Range',
      [scalar(0, 'int32'), scalar(depth, 'int32'), scalar(1, 'int32')],
      [depth],
    );
    const wanted = reshape(cast(indices, 'int32'), [...indices.shape, 1]);
    const hit = compare('Equal', wanted, classes);
    if (dtype === 'bool') return onValue === 1 && offValue === 0 ? hit : undefined;
    return where(hit, scalar(onValue, dtype), scalar(offValue, dtype));
  },
};

interface StridedSliceAttrs {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** `x[..., start : end, ...]` on one axis. */
export function along(x: GraphNode, axis: number, start: number, end: number): GraphNode {
  const starts = zeros(x);
  const ends = [...x.shape];
  starts[axis] = start;
  ends[axis] = end;
  return slice(x, starts, ends);
}
