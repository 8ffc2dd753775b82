import { type Pixels, resize } from '@shroom/pixels';

const side = 32;
const kept = 8;

/** `cosines[k][x]`: the weight of position x in frequency k (DCT-II). */
const cosines = Array.from({ length: kept }, (_, k) =>
  Float64Array.from({ length: side }, (_, x) => Math.cos((Math.PI * (2 * x + 1) * k) / (2 * side))),
);

/**
 * A 64-bit hash that changes little when a picture is scaled, compressed or slightly brightened. Its bits say which of the
 * 8 by 8 lowest frequencies are above their median.
 *
 * @returns 16 hexadecimal digits.
 * @see Zauner 2010, Implementation and Benchmarking of Perceptual Image Hash Functions
 * @example
 * ```ts
 * const frames = [pixels, resize(pixels, [150, 200])]; // two frames of a film
 * const pairs = findNeighbors(frames.map(frame => perceptualHash(frame))); // one pair
 * ```
 */
export function perceptualHash(pixels: Pixels): string {
  const { data } = resize(pixels, [side, side]);
  const gray = Float64Array.from(
    { length: side * side },
    (_, place) =>
      0.299 * data[3 * place]! + 0.587 * data[3 * place + 1]! + 0.114 * data[3 * place + 2]!,
  );
  const rows = cosines.map(wave =>
    Float64Array.from({ length: side }, (_, x) => sumOver(y => wave[y]! * gray[y * side + x]!)),
  );
  const frequencies = rows.flatMap(row => cosines.map(wave => sumOver(x => wave[x]! * row[x]!)));
  const sorted = [...frequencies].sort((a, b) => a - b);
  const median = (sorted[31]! + sorted[32]!) / 2;
  let hash = '';
  for (let first = 0; first < 64; first += 4) {
    const bits = frequencies.slice(first, first + 4).map(value => (value > median ? 1 : 0));
    hash += bits.reduce<number>((number, bit) => 2 * number + bit, 0).toString(16);
  }
  return hash;
}

function sumOver(term: (place: number) => number): number {
  let sum = 0;
  for (let place = 0; place < side; place++) sum += term(place);
  return sum;
}
