import { type Genus, genera } from './genus.js';
import { random } from './random.js';

export interface DrawnMushroom {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`, RGB, 0 to 255. */
  readonly pixels: Uint8Array;
  /** Each `[height, width]`, 1 where at least half of the pixel shows that part. */
  readonly masks: {
    readonly mushroom: Uint8Array;
    readonly cap: Uint8Array;
    readonly stem: Uint8Array;
  };
}

export interface DrawOptions {
  /** An integer; the same genus, seed and size give the same bytes on every platform. */
  readonly seed: number;
  /** Width and height in pixels. Default 320. */
  readonly size?: number;
}

/** Draws one picture of a genus with its exact masks. */
export function drawMushroom(genus: Genus, options: DrawOptions): DrawnMushroom {
  const { seed, size = 320 } = options;
  const { uniform } = random(seed, genus);
  const pixels = new Uint8Array(size * size * 3);
  const mushroom = new Uint8Array(size * size);
  const cap = new Uint8Array(size * size);
  const stem = new Uint8Array(size * size);
  const index = genera.indexOf(genus);
  const capColour = [uniform(90, 230), uniform(40, 160), uniform(20, 90)] as const;
  const ground = [uniform(40, 110), uniform(50, 110), uniform(20, 60)] as const;
  const x0 = uniform(0.4, 0.6);
  const y0 = uniform(0.35, 0.45);
  const radius = uniform(0.18, 0.32);
  const flatness = 0.4 + 0.06 * index;
  const thickness = (0.15 + 0.05 * index) * radius;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const dx = ((x + 0.5) / size - x0) / radius;
      const dy = ((y + 0.5) / size - y0) / (radius * flatness);
      const inCap = dx * dx + dy * dy < 1 && dy < 0.3;
      const inStem = !inCap && Math.abs(dx * radius) < thickness && dy > 0 && y < 0.85 * size;
      const shade = inCap ? 1 - 0.5 * Math.max(0, dx) : inStem ? 0.8 - 0.3 * dx : 1;
      for (let c = 0; c < 3; c++) {
        const colour = inCap ? capColour[c]! : inStem ? 225 : ground[c]!;
        pixels[3 * at + c] = Math.max(0, Math.min(255, colour * shade + uniform(-12, 12)));
      }
      if (inCap) cap[at] = 1;
      if (inStem) stem[at] = 1;
      if (inCap || inStem) mushroom[at] = 1;
    }
  }
  return { width: size, height: size, pixels, masks: { mushroom, cap, stem } };
}
