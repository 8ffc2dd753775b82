import { backend_util, util } from '@tensorflow/tfjs-core';
import type { GraphNode } from '../graph/node';
import { compare, where } from '../operators/arithmetic';
import { cast, fill, scalar } from '../operators/elementwise';
import { plain } from '../operators/plain';
import { reshape } from '../operators/shape';
import type { KernelCall, Translations } from './kernel';

/** Gather, scatter and related kernels. Indices out of range are an error of the run, as on `cpu`. */
export const gatherKernels: Translations = {
  GatherV2: ({ inputs, attrs }: KernelCall<{ axis: number; batchDims: number }>) => {
    const x = inputs.x!;
    const indices = cast(inputs.indices!, 'int32');
    const [axis] = util.parseAxisParam(attrs.axis, [...x.shape]) as [number];
    if ((attrs.batchDims ?? 0) !== 0) return undefined;
    checkIndices(inputs.indices!, x.shape[axis]!);
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return plain('Gather', [x, indices], shape, { attributes: { axis } });
  },
  // Rows whose segment is out of range are added to an additional row, which is dropped.
  UnsortedSegmentSum: ({ inputs, attrs }: KernelCall<{ numSegments: number }>) => {
    // In tfjs the sums are floats, also for integers.
    const x = cast(inputs.x!, 'float32');
    const ids = inputs.segmentIds!;
    const { numSegments } = attrs;
    if (inputs.x!.dtype === 'bool' || ids.dtype !== 'int32') return undefined;
    if (ids.rank !== 1 || ids.size !== x.shape[0]) return undefined;
    const width = x.size / ids.size;
    const outside = compare('GreaterOrEqual', ids, scalar(numSegments, 'int32'));
    const kept = where(compare('Less', ids, scalar(0, 'int32')), scalar(numSegments, 'int32'), ids);
    const places = where(outside, scalar(numSegments, 'int32'), kept);
    const rows = reshape(x, [ids.size, width]);
    const sums = scatterAdd(fill(0, [numSegments + 1, width], x.dtype), places, rows);
    const inside = plain('Slice', [sums], [numSegments, width], {
      arguments: [[0], [numSegments], [0]],
    });
    return reshape(inside, [numSegments, ...x.shape.slice(1)]);
  },
};

/** Checks indices that are known immediately, as `cpu` does. The run checks the others. */
function checkIndices({ data }: GraphNode, length: number): void {
  data?.forEach(index => {
    util.assert(
      index >= 0 && index < length,
      () => `GatherV2: the index value ${index} is not in [0, ${length - 1}]`,
    );
  });
}

/** `target[index[i]] += rows[i]`. Rows with the same index add up. */
function scatterAdd(target: GraphNode, index: GraphNode, rows: GraphNode): GraphNode {
  const places = toInt64(reshape(index, [index.size, 1]));
  return plain('ScatterND', [target, places, rows], target.shape, {
    dtype: target.dtype,
    attributes: { reduction: 'add' },
  });
}

/** Marks a value that its operator needs as 64-bit integers. */
function toInt64(x: GraphNode): GraphNode {
  return plain('Cast', [x], x.shape, { attributes: { to: 7 } });
}

/** Sums of products over named axes, with an equation as in NumPy's `einsum`. */
function einsum(equation: string, inputs: readonly GraphNode[]): GraphNode | undefined {
  if (inputs.some(input => input.dtype !== 'float32')) return undefined;
  const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(
    equation,
    inputs.length,
  );
  backend_util.checkEinsumDimSizes(
    allDims.length,
    idDims,
    inputs.map(x => ({ shape: [...x.shape] })) as never,
  );
  const [, output] = equation.split('->') as [string, string?];
  if (output === undefined || summedDims.length === 0) return undefined;
  const sizes = new Map<string, number>();
  const terms = equation
    .split('->')[0]!
    .split(',')
    .map(term => term.trim());
  terms.forEach((term, i) => {
    [...term].forEach((name, axis) => {
      sizes.set(name, inputs[i]!.shape[axis]!);
    });
  });
  if (terms.some(term => new Set(term).size !== term.length)) return undefined;
  const shape = [...output.trim()].map(name => sizes.get(name)!);
  return plain('Einsum', inputs, shape, { attributes: { equation } });
}

export const einsumKernels: Translations = {
  Einsum: ({ list, attrs }: KernelCall<{ equation: string }>) =>
    einsum(attrs.equation.replace(/\s+/g, ''), list),
};
