import { sketchSide } from './sketch';

/** Pairs of vertical and horizontal frequencies with a sum of at most 6, lowest first, without the mean. */
const frequencies = Array.from({ length: 6 }, (_, index) => index + 1).flatMap(sum =>
  Array.from({ length: sum + 1 }, (_, down) => [down, sum - down] as const),
);
export const frequencyCount = frequencies.length;
const orders = 7;
const side = sketchSide / 2;

/** Margins that are cut off before and after, in one direction, as shares of the side. */
type Margins = readonly [number, number];

/** A crop of four fifths loses margins of 0.2 in total. Windows at every third of that are close to any such crop. */
const step = 0.2 / 3;
const marginPairs: Margins[] = [];
for (let before = 0; before <= 3; before++)
  for (let after = 0; before + after <= 3; after++) marginPairs.push([before, after]);
const windows: Margins[] = [];
marginPairs.forEach((down, row) => {
  marginPairs.forEach((across, column) => {
    if (down[0] + down[1] + across[0] + across[1] <= 3) windows.push([row, column]);
  });
});
/** Number of windows. The first window is the whole picture. */
export const windowCount = windows.length;

/** `waves[margins][k * side + x]`: the weight of position x in frequency k of the picture without the margins. */
const waves = marginPairs.map(([before, after]) => {
  const begin = before * step * side;
  const end = (1 - after * step) * side;
  const length = end - begin;
  const wave = new Float32Array(orders * side);
  const integral = (k: number, at: number) =>
    k === 0 ? at / length : Math.sin((Math.PI * k * (at - begin)) / length) / (Math.PI * k);
  for (let k = 0; k < orders; k++)
    for (let x = 0; x < side; x++) {
      const [low, high] = [Math.max(begin, x), Math.min(end, x + 1)];
      if (high > low) wave[k * side + x] = integral(k, high) - integral(k, low);
    }
  return wave;
});

/**
 * The lowest frequencies (DCT-II) of a picture and of its windows. The windows cover the crops of at least four fifths.
 *
 * @param gray `[64, 64]`.
 * @param count Number of windows, from the first. Default: all.
 * @returns `[windows, frequencies]`. Each window is scaled to length 1; a window without detail is all zeros.
 */
export function spectra(gray: ArrayLike<number>, count = windowCount): Float32Array {
  const small = halved(gray, sketchSide);
  const rows = new Map<number, Float32Array>();
  const result = new Float32Array(count * frequencyCount);
  for (let window = 0; window < count; window++) {
    const [down, across] = windows[window]!;
    const lines = rows.get(down!) ?? linesOf(small, waves[down!]!);
    rows.set(down!, lines);
    const wave = waves[across!]!;
    let energy = 0;
    for (let index = 0; index < frequencyCount; index++) {
      const [k, m] = frequencies[index]!;
      let sum = 0;
      for (let x = 0; x < side; x++) sum += lines[k * side + x]! * wave[m * side + x]!;
      result[window * frequencyCount + index] = sum;
      energy += sum * sum;
    }
    const length = Math.sqrt(energy);
    for (let index = 0; index < frequencyCount; index++)
      result[window * frequencyCount + index]! *= length > 1e-3 ? 1 / length : 0;
  }
  return result;
}

function linesOf(small: Float32Array, wave: Float32Array): Float32Array {
  const lines = new Float32Array(orders * side);
  for (let k = 0; k < orders; k++)
    for (let y = 0; y < side; y++) {
      const weight = wave[k * side + y]!;
      if (weight === 0) continue;
      for (let x = 0; x < side; x++) lines[k * side + x]! += weight * small[y * side + x]!;
    }
  return lines;
}

/** Means of blocks of 2 by 2 values. */
export function halved(field: ArrayLike<number>, size: number): Float32Array {
  const half = size / 2;
  const result = new Float32Array(half * half);
  for (let y = 0; y < half; y++)
    for (let x = 0; x < half; x++) {
      const place = 2 * y * size + 2 * x;
      result[y * half + x] =
        (field[place]! + field[place + 1]! + field[place + size]! + field[place + size + 1]!) / 4;
    }
  return result;
}

/** For each of the eight orientations of `turned`: the source and the sign of each frequency. */
export const turns = Array.from({ length: 8 }, (_, turn) => {
  const from = new Uint8Array(frequencyCount);
  const sign = new Int8Array(frequencyCount);
  frequencies.forEach(([k, m], index) => {
    const [row, column] = turn & 4 ? [m, k] : [k, m];
    from[index] = frequencies.findIndex(([down, across]) => down === row && across === column);
    const odd = (turn & 1 ? column : 0) + (turn & 2 ? row : 0);
    sign[index] = odd % 2 === 0 ? 1 : -1;
  });
  return { from, sign };
});
