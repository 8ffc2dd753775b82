import type { HeatMap } from '../explain';

/** A point `[x, y]` in pixels from the upper left corner. The center of the first pixel is `[0.5, 0.5]`. */
export type Point = readonly [number, number];

/** The lines along which a map has one value (its level). */
export interface Contour {
  readonly level: number;
  /**
   * Closed lines: the last point is joined to the first. Values above the level are to the left of the
   * line, so holes run in the opposite direction.
   */
  readonly rings: readonly (readonly Point[])[];
}

/**
 * Computes the contours of a map by marching squares. The values are those at pixel centers; between them, values are interpolated linearly
 * along the lines of the grid. At the edge of the picture the values of the edge pixels continue, so a ring around a spot at the edge runs
 * along the edge. At a saddle point, the mean of the four corners decides whether the high corners are joined.
 *
 * @param map A map. Resize it first (`resizeMap`) for smooth lines, because a ring can only bend where it crosses the lines of the grid.
 * @param levels Levels in the units of the map. A value equal to a level counts as above it.
 * @see Lorensen & Cline 1987, in two dimensions. https://doi.org/10.1145/37402.37422
 * @example
 * ```ts
 * const heat = normalizeMap(resizeMap(map, [pixels.height, pixels.width]));
 * const [half] = contoursOf(heat, [0.5]);
 * const spots = half.rings.length; // places, and holes in them, that reach half of the largest value
 * ```
 */
export function contoursOf(map: HeatMap, levels: readonly number[]): Contour[] {
  const grid = framed(map);
  return levels.map(level => {
    if (!Number.isFinite(level))
      throw new RangeError(`A contour's level should be a finite number; it is ${level}.`);
    return { level, rings: ringsOf(stepsOf(grid, level)) };
  });
}

/** Values at the crossings of a grid's lines. */
interface Grid {
  readonly values: Float64Array;
  /** Positions of the grid's lines, in pixels. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/**
 * Adds two frames to a map: one on the edge of the picture with the values of the edge pixels, and one
 * just outside with a value below any level.
 */
function framed({ values, height, width }: HeatMap): Grid {
  const rows = lines(height);
  const columns = lines(width);
  const framedValues = new Float64Array(rows.length * columns.length).fill(-Infinity);
  for (let row = 1; row < rows.length - 1; row++) {
    const y = Math.min(Math.max(row - 2, 0), height - 1);
    for (let column = 1; column < columns.length - 1; column++) {
      const x = Math.min(Math.max(column - 2, 0), width - 1);
      framedValues[row * columns.length + column] = values[y * width + x]!;
    }
  }
  return { values: framedValues, rows, columns };
}

const lines = (length: number): number[] => [
  0,
  0,
  ...Array.from({ length }, (_, index) => index + 0.5),
  length,
  length,
];

/** A line's path through one cell: where it enters, and the side by which it leaves. */
interface Step {
  readonly start: Point;
  readonly next: number;
}

/** Computes the steps through all cells, by the number of the side by which they enter. */
function stepsOf({ values, rows, columns }: Grid, level: number): Map<number, Step> {
  const stride = columns.length;
  const steps = new Map<number, Step>();
  for (let row = 0; row < rows.length - 1; row++) {
    for (let column = 0; column < stride - 1; column++) {
      const first = row * stride + column;
      // Corners clockwise from the upper left. Side i runs from corner i to the next corner.
      const corners = [first, first + 1, first + stride + 1, first + stride];
      const above = corners.map(corner => values[corner]! >= level);
      if (above.every(Boolean) || !above.some(Boolean)) continue;
      const sides = [2 * first, 2 * (first + 1) + 1, 2 * (first + stride), 2 * first + 1];
      const joined = corners.reduce((sum, corner) => sum + values[corner]!, 0) >= 4 * level;
      for (let side = 0; side < 4; side++) {
        if (above[side] || !above[(side + 1) % 4]) continue;
        // Going clockwise around the cell, the line enters where the values rise above the level and leaves where they fall below it: at
        // the next such side if a high corner stands alone, or at the previous one if the high corners are joined.
        const turn = joined ? 3 : 1;
        let out = side;
        do out = (out + turn) % 4;
        while (!above[out] || above[(out + 1) % 4]);
        const start = crossing(corners[side]!, corners[(side + 1) % 4]!);
        steps.set(sides[side]!, { start, next: sides[out]! });
      }
    }
  }
  return steps;

  function crossing(low: number, high: number): Point {
    const share = (level - values[low]!) / (values[high]! - values[low]!);
    // Outside the edge the value is infinite, and both ends are at the same position.
    const along = Number.isFinite(share) ? share : 1;
    const [x0, y0] = [columns[low % stride]!, rows[Math.floor(low / stride)]!];
    const [x1, y1] = [columns[high % stride]!, rows[Math.floor(high / stride)]!];
    return [x0 + along * (x1 - x0), y0 + along * (y1 - y0)];
  }
}

/** Follows the steps until each ring is closed. */
function ringsOf(steps: Map<number, Step>): Point[][] {
  const rings: Point[][] = [];
  for (let [side] = steps.keys(); side !== undefined; [side] = steps.keys()) {
    const ring: Point[] = [];
    for (let step = take(side); step; step = take(step.next)) ring.push(step.start);
    rings.push(ring);
  }
  return rings;

  function take(side: number): Step | undefined {
    const step = steps.get(side);
    steps.delete(side);
    return step;
  }
}
