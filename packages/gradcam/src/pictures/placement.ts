import type { HeatMap } from '../explain';
import { type ViewStep, viewOf } from './view';

export interface PlaceOptions {
  /** What was done to the photograph before the model saw it, in that order. Default: it was only resized. */
  readonly steps?: readonly ViewStep[];
  /** Value of positions that the model did not see because they were cropped away, or fill no patch. Default 0. */
  readonly unseen?: number;
}

/**
 * Transforms a map to the pixels of the original photograph by inverting crop, letterbox, resize and EXIF orientation.
 * Values on a letterbox's border are dropped.
 *
 * The interpolation is bilinear as in `resizeMap`: pixel centers are at half pixels, and values at the edges are repeated outside. Without
 * steps the result is that of `resizeMap`.
 *
 * @param map Map of what the model saw, at any resolution.
 * @param size `[height, width]` of the original file in pixels, before its EXIF orientation is applied. For a photograph that was decoded
 *   upright, give its upright size and no `orient` step.
 * @throws RangeError with the name of the step, when a step is not possible.
 * @example
 * ```ts
 * // The model saw the middle square of a photo of 480 x 640 pixels.
 * const steps = [{ crop: { top: 0, left: 80, height: 480, width: 480 } }, { resize: [224, 224] as const }];
 * const placed = placeOnOriginal(map, [480, 640], { steps });
 * ```
 */
export function placeOnOriginal(
  map: HeatMap,
  size: readonly [number, number],
  options: PlaceOptions = {},
): HeatMap {
  const { steps = [], unseen = 0 } = options;
  const [height, width] = size;
  const view = viewOf(size, steps);
  const [down = 1, right = 1] = map.covers ?? [];
  const { x, y } = view;
  const values = new Float32Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const across = x.column * (column + 0.5) + x.row * (row + 0.5) + x.start;
      const along = y.column * (column + 0.5) + y.row * (row + 0.5) + y.start;
      const [fromTop, fromLeft] = [along / view.height, across / view.width];
      const shown = across >= x.low && across <= x.high && along >= y.low && along <= y.high;
      values[row * width + column] =
        shown && fromTop <= down && fromLeft <= right
          ? valueAt(map, (fromTop / down) * map.height, (fromLeft / right) * map.width)
          : unseen;
    }
  }
  return { values, height, width };
}

/** Interpolates bilinearly; `y` and `x` are in the map's pixels, whose centers are at half pixels. */
function valueAt({ values, height, width }: HeatMap, y: number, x: number): number {
  const row = Math.min(Math.max(y - 0.5, 0), height - 1);
  const column = Math.min(Math.max(x - 0.5, 0), width - 1);
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
  const upper = between(values[top * width + left]!, values[top * width + right]!, column - left);
  const lower = between(
    values[bottom * width + left]!,
    values[bottom * width + right]!,
    column - left,
  );
  return between(upper, lower, row - top);
}

const between = (from: number, to: number, share: number): number => from + (to - from) * share;
