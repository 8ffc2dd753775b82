/** One step that was applied to a photograph before a model saw it. */
export type ViewStep =
  /** Turned upright according to its EXIF orientation, 1 to 8. */
  | { readonly orient: number }
  /** Resized to `[height, width]` in pixels, whatever the proportions. */
  | { readonly resize: readonly [number, number] }
  /** Cropped to this rectangle, in pixels. */
  | { readonly crop: Rectangle }
  /** Padded with a border, as in letterboxing, in pixels. */
  | { readonly pad: Border };

export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export interface Border {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** One coordinate in the view, as a function of those in the original. */
interface Coordinate {
  readonly column: number;
  readonly row: number;
  readonly start: number;
  /** Lowest and highest value between which the view shows the original: not a border, and not cropped away. */
  readonly low: number;
  readonly high: number;
}

export interface View {
  readonly height: number;
  readonly width: number;
  readonly x: Coordinate;
  readonly y: Coordinate;
}

/** Finds where the steps move a position of the original, and the size of the view. */
export function viewOf(
  [height, width]: readonly [number, number],
  steps: readonly ViewStep[],
): View {
  let view: View = {
    height,
    width,
    x: { column: 1, row: 0, start: 0, low: 0, high: width },
    y: { column: 0, row: 1, start: 0, low: 0, high: height },
  };
  for (const step of steps) view = after(view, step);
  return view;
}

function after(view: View, step: ViewStep): View {
  const { height, width, x, y } = view;
  if ('orient' in step) return turned(view, step.orient);
  if ('resize' in step) {
    const [toHeight, toWidth] = step.resize;
    demand(toHeight > 0 && toWidth > 0, step, 'Its sizes should be above 0.');
    const [down, right] = [toHeight / height, toWidth / width];
    return { height: toHeight, width: toWidth, x: scaled(x, right), y: scaled(y, down) };
  }
  if ('crop' in step) {
    const { top, left, ...kept } = step.crop;
    const inside =
      top >= 0 && left >= 0 && top + kept.height <= height && left + kept.width <= width;
    demand(
      inside && kept.height > 0 && kept.width > 0,
      step,
      `It should be within ${height} x ${width} pixels.`,
    );
    return {
      ...kept,
      x: cut(shifted(x, -left), kept.width),
      y: cut(shifted(y, -top), kept.height),
    };
  }
  const { top, bottom, left, right } = step.pad;
  demand(Math.min(top, bottom, left, right) >= 0, step, 'A border is at least 0 pixels wide.');
  return {
    height: height + top + bottom,
    width: width + left + right,
    x: shifted(x, left),
    y: shifted(y, top),
  };
}

/** EXIF orientations: whether height and width are exchanged, and from which side each coordinate is then counted. */
const orientations: Readonly<Record<number, { swap: boolean; flipX: boolean; flipY: boolean }>> = {
  1: { swap: false, flipX: false, flipY: false },
  2: { swap: false, flipX: true, flipY: false },
  3: { swap: false, flipX: true, flipY: true },
  4: { swap: false, flipX: false, flipY: true },
  5: { swap: true, flipX: false, flipY: false },
  6: { swap: true, flipX: true, flipY: false },
  7: { swap: true, flipX: true, flipY: true },
  8: { swap: true, flipX: false, flipY: true },
};

function turned(view: View, orientation: number): View {
  const found = orientations[orientation];
  if (!found)
    throw new RangeError(`An EXIF orientation is a whole number of 1 to 8; it is ${orientation}.`);
  const { swap, flipX, flipY } = found;
  const [height, width] = swap ? [view.width, view.height] : [view.height, view.width];
  const [x, y] = swap ? [view.y, view.x] : [view.x, view.y];
  return {
    height,
    width,
    x: flipX ? shifted(scaled(x, -1), width) : x,
    y: flipY ? shifted(scaled(y, -1), height) : y,
  };
}

const scaled = ({ column, row, start, low, high }: Coordinate, by: number): Coordinate => ({
  column: column * by,
  row: row * by,
  start: start * by,
  low: Math.min(low * by, high * by),
  high: Math.max(low * by, high * by),
});

const shifted = (coordinate: Coordinate, by: number): Coordinate => ({
  ...coordinate,
  start: coordinate.start + by,
  low: coordinate.low + by,
  high: coordinate.high + by,
});

const cut = (coordinate: Coordinate, length: number): Coordinate => ({
  ...coordinate,
  low: Math.max(coordinate.low, 0),
  high: Math.min(coordinate.high, length),
});

function demand(holds: boolean, step: ViewStep, expected: string): void {
  if (!holds) throw new RangeError(`The step ${JSON.stringify(step)} is not possible. ${expected}`);
}
