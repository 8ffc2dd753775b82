/**
 * The SHA-256 of bytes in hexadecimal. Browsers offer their own hash function only to pages loaded over https or from localhost. For other
 * pages, `sha256Of` computes the hash in JavaScript, at about a tenth of the speed.
 */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  const hash = subtle
    ? new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
    : digest(bytes);
  return Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** The first 32 bits of the fractional parts of the square or cube roots of the first primes. */
const fractions = (count: number, power: number): Uint32Array => {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++)
    if (primes.every(prime => candidate % prime !== 0)) primes.push(candidate);
  return Uint32Array.from(primes, prime => (prime ** power % 1) * 2 ** 32);
};
const constants = fractions(64, 1 / 3);

/** @see FIPS 180-4, section 6.2. */
export function digest(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(whole.length - 4, bytes.length << 3);
  const state = fractions(8, 1 / 2);
  const words = new Uint32Array(64);
  for (let start = 0; start < whole.length; start += 64) mixIn(state, words, view, start);
  const result = new DataView(new ArrayBuffer(32));
  for (const [index, word] of state.entries()) result.setUint32(4 * index, word);
  return new Uint8Array(result.buffer);
}

function mixIn(state: Uint32Array, words: Uint32Array, view: DataView, start: number): void {
  for (let t = 0; t < 16; t++) words[t] = view.getUint32(start + 4 * t);
  for (let t = 16; t < 64; t++) {
    const [x, y] = [words[t - 15]!, words[t - 2]!];
    const first = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
    const second = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10);
    words[t] = words[t - 16]! + first + words[t - 7]! + second;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let t = 0; t < 64; t++) {
    const mixed = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const one = (h + mixed + ((e & f) ^ (~e & g)) + constants[t]! + words[t]!) | 0;
    const two =
      ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index]! += value;
}

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));
