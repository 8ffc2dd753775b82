import { colorSide, type Sketch, sketchSide, turned } from './sketch';
import { halved } from './spectrum';

/** A sketch with precomputed arrays for the alignment with other sketches. */
export interface Prepared {
  /** Gray values, slightly blurred. */
  readonly fine: Float32Array;
  /** `fine` at half the side length. */
  readonly coarse: Float32Array;
  /** High frequencies (leaves, edges, texture): structures coarser than a tenth of the side are removed. */
  readonly detail: Float32Array;
  /** Colors, `[2, 16, 16]`. */
  readonly color: Float32Array;
  /** Standard deviation of the detail, in gray levels. */
  readonly contrast: number;
}

export function prepare({ gray, color }: Sketch): Prepared {
  const raw = Float32Array.from(gray);
  const smooth = blurred(raw, sketchSide, 3);
  const detail = blurred(raw, sketchSide, 0.7).map((value, place) => value - smooth[place]!);
  return {
    fine: blurred(raw, sketchSide, 1),
    coarse: blurred(halved(raw, sketchSide), sketchSide / 2, 1),
    detail,
    color: Float32Array.from(color),
    contrast: momentsOf(detail).deviation,
  };
}

export function turnedAll(picture: Prepared, turn: number): Prepared {
  if (turn === 0) return picture;
  const cells = colorSide ** 2;
  const color = new Float32Array(2 * cells);
  for (const plane of [0, 1])
    color.set(
      turned(picture.color.subarray(plane * cells, (plane + 1) * cells), colorSide, turn),
      plane * cells,
    );
  return {
    ...picture,
    fine: turned(picture.fine, sketchSide, turn),
    coarse: turned(picture.coarse, sketchSide / 2, turn),
    detail: turned(picture.detail, sketchSide, turn),
    color,
  };
}

/**
 * Position of a part in a whole, both of size 1 by 1: the point (x, y) of the part is at `x * width + left`, `y * height +
 * top`.
 */
interface Place {
  width: number;
  left: number;
  height: number;
  top: number;
}

/** How well a part fits a whole at its best position. */
export interface Fit {
  /** Correlation of the blurred pictures, -1 to 1. */
  readonly shape: number;
  /** Correlation of the details, -1 to 1. */
  readonly detail: number;
  /** Correlation of the details in the third worst of 16 fields. It is low if only a frame or a background is the same. */
  readonly everywhere: number;
  /** Mean difference of the colors, 0 to 255. */
  readonly color: number;
  /** Contrast of the whole at the position of the part, divided by the contrast of the part. */
  readonly gain: number;
  readonly place: Readonly<Place>;
}

/** Limits for the coarse fit. A worse fit is not a copy, and is not refined. */
const coarseLimit = { early: 0.7, shape: 0.94, detail: 0.5 };

/**
 * Finds the position of a part in a whole where both agree best, by Gauss-Newton steps from coarse to fine.
 *
 * @returns `undefined` if the pictures differ even at the coarse level.
 * @see Baker and Matthews 2004, Lucas-Kanade 20 Years On. https://doi.org/10.1023/B:VISI.0000011205.11775.fd
 */
export function align(whole: Prepared, part: Prepared): Fit | undefined {
  const place: Place = { width: 0.95, left: 0.025, height: 0.95, top: 0.025 };
  const half = sketchSide / 2;
  approach(whole.coarse, part.coarse, half, place, 4);
  const isLike = (least: number) =>
    correlation(laid(whole.coarse, half, place), part.coarse) >= least;
  if (!isLike(coarseLimit.early)) return undefined;
  approach(whole.coarse, part.coarse, half, place, 8);
  if (!isLike(coarseLimit.shape)) return undefined;
  const seen = laid(whole.detail, sketchSide, place);
  if (!(correlation(seen, part.detail) >= coarseLimit.detail)) return undefined;
  approach(whole.fine, part.fine, sketchSide, place, 8);
  const fine = laid(whole.fine, sketchSide, place);
  const detail = laid(whole.detail, sketchSide, place);
  return {
    shape: correlation(fine, part.fine),
    detail: correlation(detail, part.detail),
    everywhere: localAgreement(detail, part.detail),
    color: colorDifference(whole, part, place),
    gain: momentsOf(fine).deviation / momentsOf(part.fine).deviation,
    place,
  };
}

/** Number of fields along each side. */
const fields = 4;
/** Number of fields that may differ, for example because of an added logo or date. */
const spoilt = 2;

/** Correlation of the details in each field, without the worst fields. Fields without detail count as equal. */
function localAgreement(whole: Float32Array, part: Float32Array): number {
  const size = sketchSide / fields;
  const sums = Array.from({ length: fields * fields }, () => ({ both: 0, whole: 0, part: 0 }));
  for (let y = 0, place = 0; y < sketchSide; y++)
    for (let x = 0; x < sketchSide; x++, place++) {
      const field = sums[Math.floor(y / size) * fields + Math.floor(x / size)]!;
      field.both += whole[place]! * part[place]!;
      field.whole += whole[place]! ** 2;
      field.part += part[place]! ** 2;
    }
  const plain = (0.02 * sums.reduce((sum, field) => sum + field.part, 0)) / sums.length;
  const agreements = sums.map(
    field => (field.both + plain) / Math.sqrt((field.whole + plain) * (field.part + plain)),
  );
  return agreements.sort((a, b) => a - b)[spoilt]!;
}

function colorDifference(whole: Prepared, part: Prepared, place: Place): number {
  const cells = colorSide ** 2;
  let sum = 0;
  for (const plane of [0, 1]) {
    const [from, to] = [plane * cells, (plane + 1) * cells];
    const seen = laid(whole.color.subarray(from, to), colorSide, place);
    for (let cell = 0; cell < cells; cell++)
      sum += Math.abs(seen[cell]! - part.color[from + cell]!);
  }
  return sum / (2 * cells);
}

/** Samples the whole at the position of the part. */
function laid(whole: Float32Array, side: number, place: Place): Float32Array {
  const result = new Float32Array(side * side);
  const last = side - 1.001;
  const within = (at: number) => Math.max(0, Math.min(last, at));
  for (let y = 0, target = 0; y < side; y++) {
    const down = within(place.height * (y + 0.5) + place.top * side - 0.5);
    const row = Math.floor(down);
    for (let x = 0; x < side; x++, target++) {
      const across = within(place.width * (x + 0.5) + place.left * side - 0.5);
      const column = Math.floor(across);
      const source = row * side + column;
      const [right, below] = [across - column, down - row];
      const upper = whole[source]! + right * (whole[source + 1]! - whole[source]!);
      const lower =
        whole[source + side]! + right * (whole[source + side + 1]! - whole[source + side]!);
      result[target] = upper + below * (lower - upper);
    }
  }
  return result;
}

/** Moves the position so that the pictures differ less. Differences in brightness and contrast do not count. */
function approach(
  whole: Float32Array,
  part: Float32Array,
  side: number,
  place: Place,
  steps: number,
): void {
  const goal = momentsOf(part);
  for (let step = 0; step < steps; step++) {
    const seen = laid(whole, side, place);
    const { mean, deviation } = momentsOf(seen);
    const gain = goal.deviation / (deviation + 1e-6);
    const [acrossScale, downScale] = [
      (gain * side) / 2 / place.width,
      (gain * side) / 2 / place.height,
    ];
    // The derivatives with respect to width and height are those with respect to left and top, times the coordinate. So all
    // sums are sums of products of four derivatives.
    let [xx, xy, yy, xxX, xyX, xyY, yyY, xxXX, xyXY, yyYY] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let [ex, ey, exX, eyY] = [0, 0, 0, 0];
    for (let y = 1; y < side - 1; y++) {
      const Y = (y + 0.5) / side;
      for (let x = 1; x < side - 1; x++) {
        const at = y * side + x;
        const X = (x + 0.5) / side;
        const across = (seen[at + 1]! - seen[at - 1]!) * acrossScale;
        const down = (seen[at + side]! - seen[at - side]!) * downScale;
        const error = part[at]! - goal.mean - (seen[at]! - mean) * gain;
        const [squareX, product, squareY] = [across * across, across * down, down * down];
        xx += squareX;
        xxX += squareX * X;
        xxXX += squareX * X * X;
        xy += product;
        xyX += product * X;
        xyY += product * Y;
        xyXY += product * X * Y;
        yy += squareY;
        yyY += squareY * Y;
        yyYY += squareY * Y * Y;
        ex += across * error;
        exX += across * error * X;
        ey += down * error;
        eyY += down * error * Y;
      }
    }
    const normal = Float64Array.of(
      ...[xxXX, xxX, xyXY, xyX],
      ...[xxX, xx, xyY, xy],
      ...[xyXY, xyY, yyYY, yyY],
      ...[xyX, xy, yyY, yy],
    );
    const right = Float64Array.of(exX, ex, eyY, ey);
    const [width, left, height, top] = solved(normal, right);
    const most = 0.08;
    const bounded = (move: number) => Math.max(-most, Math.min(most, move));
    const scale = (old: number, move: number) => Math.max(0.6, Math.min(1.2, old + bounded(move)));
    place.width = scale(place.width, width!);
    place.left += bounded(left!);
    place.height = scale(place.height, height!);
    place.top += bounded(top!);
    if (Math.max(...[width!, left!, height!, top!].map(Math.abs)) < 2e-4) return;
  }
}

/**
 * Solves four linear equations by Gaussian elimination. The diagonal of the symmetric matrix is slightly increased for
 * stability.
 */
function solved(normal: Float64Array, right: Float64Array): Float64Array {
  for (let i = 0; i < 4; i++) normal[5 * i] = normal[5 * i]! * 1.0001 + 1e-6;
  for (let i = 0; i < 4; i++)
    for (let row = i + 1; row < 4; row++) {
      const factor = normal[4 * row + i]! / normal[5 * i]!;
      for (let j = i; j < 4; j++) normal[4 * row + j]! -= factor * normal[4 * i + j]!;
      right[row]! -= factor * right[i]!;
    }
  for (let i = 3; i >= 0; i--) {
    for (let j = i + 1; j < 4; j++) right[i]! -= normal[4 * i + j]! * right[j]!;
    right[i]! /= normal[5 * i]!;
  }
  return right;
}

function momentsOf(values: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (let place = 0; place < values.length; place++) {
    sum += values[place]!;
    squares += values[place]! ** 2;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) };
}

function correlation(a: Float32Array, b: Float32Array): number {
  const [first, second] = [momentsOf(a), momentsOf(b)];
  let sum = 0;
  for (let place = 0; place < a.length; place++)
    sum += (a[place]! - first.mean) * (b[place]! - second.mean);
  return sum / (a.length * first.deviation * second.deviation + 1e-9);
}

/** Gaussian blur. Values beyond an edge equal the value at the edge. */
function blurred(field: Float32Array, side: number, deviation: number): Float32Array {
  return blurredAcross(blurredAcross(field, side, deviation), side, deviation);
}

/** Blurs along rows, and exchanges rows and columns. */
function blurredAcross(field: Float32Array, side: number, deviation: number): Float32Array {
  const reach = Math.ceil(3 * deviation);
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, index) =>
    Math.exp(-((index - reach) ** 2) / (2 * deviation ** 2)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  const row = new Float32Array(side + 2 * reach);
  const result = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    row.fill(field[y * side]!, 0, reach);
    row.set(field.subarray(y * side, (y + 1) * side), reach);
    row.fill(field[(y + 1) * side - 1]!, reach + side);
    for (let x = 0; x < side; x++) {
      let value = 0;
      for (let shift = 0; shift < weights.length; shift++)
        value += weights[shift]! * row[x + shift]!;
      result[x * side + y] = value / sum;
    }
  }
  return result;
}
