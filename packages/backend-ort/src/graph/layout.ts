import type { Shape } from './node';

/** `[N, H, W, C]` to `[N, C, H, W]`, for any rank of at least 2. */
export function channelsFirstShape(shape: Shape): number[] {
  return [shape[0]!, shape.at(-1)!, ...shape.slice(1, -1)];
}

/** Whether both layouts are the same in memory, because there is only one channel or one pixel. */
export function isTrivial(shape: Shape): boolean {
  return shape.at(-1) === 1 || shape.slice(1, -1).every(length => length === 1);
}

/** The position of an axis after {@link channelsFirstShape}. */
export function channelsFirstAxis(axis: number, rank: number): number {
  if (axis === 0) return 0;
  return axis === rank - 1 ? 1 : axis + 1;
}
