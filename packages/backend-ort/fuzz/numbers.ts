/** The expected values of a tensor in float64, in memory order. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: Float64Array;
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** Maximum absolute error of a float32 result; 0 if the result is exact. */
  readonly error: number;
}

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, 1);

/** The index of every element. */
function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (lists, length) =>
      lists.flatMap(list => Array.from({ length }, (_, index) => [...list, index])),
    [[]],
  );
}

/** Memory index in an operand of an element of the broadcast result. */
function placeOf(shape: readonly number[], index: readonly number[]): number {
  const missing = index.length - shape.length;
  return shape.reduce(
    (place, length, axis) => place * length + (length === 1 ? 0 : index[axis + missing]!),
    0,
  );
}

/** The shape to which all shapes broadcast. @returns `undefined` if they do not broadcast. */
function broadcastShape(...shapes: readonly (readonly number[])[]): readonly number[] | undefined {
  const rank = Math.max(...shapes.map(shape => shape.length));
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const lengths = shapes.map(shape => shape[axis - rank + shape.length] ?? 1);
    const length = lengths.find(each => each !== 1) ?? 1;
    if (lengths.some(each => each !== 1 && each !== length)) return undefined;
    result.push(length);
  }
  return result;
}

/** Applies a function to the corresponding elements of operands that broadcast. */
export function zip(
  operands: readonly Numbers[],
  f: (...values: number[]) => number,
): { shape: readonly number[]; values: Float64Array } | undefined {
  const shape = broadcastShape(...operands.map(operand => operand.shape));
  if (shape === undefined) return undefined;
  const values = indicesOf(shape).map(index =>
    f(...operands.map(operand => operand.values[placeOf(operand.shape, index)]!)),
  );
  return { shape, values: Float64Array.from(values) };
}

/** Applies a function to the elements that are reduced together; the reduced axes keep length 1. */
export function fold(
  x: Numbers,
  axes: readonly number[],
  f: (values: number[]) => number,
): { shape: readonly number[]; values: Float64Array } {
  const shape = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const groups = Array.from({ length: sizeOf(shape) }, (): number[] => []);
  indicesOf(x.shape).forEach((index, i) => {
    groups[placeOf(shape, index)]!.push(x.values[i]!);
  });
  return { shape, values: Float64Array.from(groups, f) };
}

/** Selects elements by their source index. */
export function pick(
  x: Numbers,
  shape: readonly number[],
  from: (index: readonly number[]) => readonly number[],
): Float64Array {
  return Float64Array.from(indicesOf(shape), index => x.values[placeOf(x.shape, from(index))]!);
}

export function largestOf(values: Iterable<number>): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

export function smallestOf(values: Iterable<number>): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) smallest = Math.min(smallest, Math.abs(value));
  return smallest;
}
