/** What an ICC profile says about RGB colors, as far as a reader without a color engine can tell. */
export interface ColorProfile {
  /** The profile's description, such as `Display P3`; empty if the profile has no readable description. */
  readonly name: string;
  /** Whether 8-bit colors are sRGB colors, so that no conversion is needed. */
  readonly isSrgb: boolean;
}

/** sRGB's primaries as ICC profiles store them, adapted to D50: the XYZ values of red, green and blue. */
const srgbPrimaries = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
} as const;

/** Different sRGB profiles round their primaries differently, by less than this. */
const mostApart = 0.002;

/**
 * Reads the header and the color tags of an ICC profile. A damaged profile gets no name and does not count as sRGB.
 *
 * @see ICC.1:2022, 7 to 10
 * @example
 * ```ts
 * import sharp from 'sharp';
 *
 * const { icc } = await sharp('mushroom.jpg').metadata();
 * const { name, isSrgb } = icc ? readColorProfile(icc) : { name: 'none', isSrgb: true };
 * if (!isSrgb) console.log(`Colors must be converted from ${name}.`); // such as Display P3
 * ```
 */
export function readColorProfile(profile: Uint8Array): ColorProfile {
  try {
    const tags = new Tags(profile);
    return { name: tags.description(), isSrgb: isSrgb(tags) };
  } catch {
    return { name: '', isSrgb: false };
  }
}

function isSrgb(tags: Tags): boolean {
  // Lookup tables, if the profile has any, take precedence over primaries and curves.
  if (tags.colorSpace !== 'RGB ' || tags.has('A2B0') || tags.has('A2B1')) return false;
  const primaries = Object.entries(srgbPrimaries).every(([tag, expected]) => {
    const found = tags.point(tag);
    return expected.every((value, axis) => Math.abs(value - found[axis]!) < mostApart);
  });
  return primaries && ['rTRC', 'gTRC', 'bTRC'].every(tag => isSrgbCurve(tags.curve(tag)));
}

/** Whether each 8-bit value keeps its value when this curve converts it to light and sRGB's curve converts it back. */
function isSrgbCurve(curve: (value: number) => number): boolean {
  for (let value = 0; value <= 1; value += 1 / 32) {
    const light = curve(value);
    const back = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
    if (!(Math.abs(back - value) < 0.75 / 255)) return false;
  }
  return true;
}

class Tags {
  readonly colorSpace: string;
  readonly #view: DataView;
  readonly #places = new Map<string, number>();

  constructor(profile: Uint8Array) {
    this.#view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
    this.colorSpace = this.#text(16, 4);
    const count = Math.min(100, this.#view.getUint32(128));
    for (let tag = 0; tag < count; tag++)
      this.#places.set(this.#text(132 + 12 * tag, 4), this.#view.getUint32(136 + 12 * tag));
  }

  has(tag: string): boolean {
    return this.#places.has(tag);
  }

  /** Reads a tag that holds an XYZ value. */
  point(tag: string): [number, number, number] {
    const at = this.#place(tag, 'XYZ ') + 8;
    return [this.#fixed(at), this.#fixed(at + 4), this.#fixed(at + 8)];
  }

  /** Reads a tag that holds a curve, which converts a value of the file to light. Both are 0 to 1. */
  curve(tag: string): (value: number) => number {
    const at = this.#place(tag, 'curv', 'para');
    return this.#text(at, 4) === 'para' ? this.#formula(at) : this.#table(at);
  }

  description(): string {
    if (!this.has('desc')) return '';
    const at = this.#place('desc', 'desc', 'mluc');
    if (this.#text(at, 4) === 'desc')
      return this.#text(at + 12, Math.min(200, this.#view.getUint32(at + 8))).replace(/\0.*$/s, '');
    const length = Math.min(200, this.#view.getUint32(at + 20));
    const start = at + this.#view.getUint32(at + 24);
    let text = '';
    for (let k = 0; k + 1 < length; k += 2)
      text += String.fromCharCode(this.#view.getUint16(start + k));
    return text.replace(/\0.*$/s, '');
  }

  #table(at: number): (value: number) => number {
    const count = this.#view.getUint32(at + 8);
    if (count === 0) return value => value;
    const entry = (index: number) => this.#view.getUint16(at + 12 + 2 * index);
    if (count === 1) return value => value ** (entry(0) / 256);
    return value => {
      const place = value * (count - 1);
      const first = Math.min(count - 2, Math.floor(place));
      const part = place - first;
      return (entry(first) * (1 - part) + entry(first + 1) * part) / 65535;
    };
  }

  /** @see ICC.1:2022, table 68 */
  #formula(at: number): (value: number) => number {
    const kind = this.#view.getUint16(at + 8);
    const count = [1, 3, 4, 5, 7][kind];
    if (count === undefined) throw new RangeError(`no curve is of kind ${kind}`);
    const p = Array.from({ length: count }, (_, index) => this.#fixed(at + 12 + 4 * index));
    const [g, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = p as [number, ...number[]];
    const power = (value: number) => Math.max(0, a * value + b) ** g;
    if (kind === 0) return value => value ** g;
    if (kind === 1) return value => (value >= -b / a ? power(value) : 0);
    if (kind === 2) return value => (value >= -b / a ? power(value) : 0) + c;
    return value => (value >= d ? power(value) + e : c * value + f);
  }

  #place(tag: string, ...kinds: readonly string[]): number {
    const at = this.#places.get(tag);
    if (at === undefined || !kinds.includes(this.#text(at, 4)))
      throw new RangeError(`no ${tag} of kind ${kinds.join(' or ')}`);
    return at;
  }

  #fixed(at: number): number {
    return this.#view.getInt32(at) / 65536;
  }

  #text(at: number, length: number): string {
    let text = '';
    for (let k = 0; k < length; k++) text += String.fromCharCode(this.#view.getUint8(at + k));
    return text;
  }
}
