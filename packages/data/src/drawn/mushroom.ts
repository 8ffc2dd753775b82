import { backdrop } from './backdrop.js';
import { frame } from './camera.js';
import type { Canvas } from './canvas.js';
import { foreground } from './foreground.js';
import type { Genus } from './genus.js';
import { develop } from './lens.js';
import { weather } from './light.js';
import { gather } from './pose.js';
import { random } from './random.js';
import { type Portrait, shade } from './shading.js';
import { shadows } from './shadow.js';
import { see } from './visibility.js';

export interface DrawnMushroom {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`, RGB, 0 to 255. */
  readonly pixels: Uint8Array;
  /**
   * Each `[height, width]`, 1 where at least half of the pixel shows that part. Cap is skin, flesh
   * and gills or pores; stem includes ring, cobweb and volva. They never overlap, and a drop of milk
   * is mushroom alone. What hides the mushroom is in no mask.
   */
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

/**
 * Draws one picture of a genus, 1 to 4 individuals of one species, with its exact masks.
 *
 * Light, ground and view are drawn in the same way for every genus: what tells the genera apart is
 * the mushroom alone.
 */
export function drawMushroom(genus: Genus, options: DrawOptions): DrawnMushroom {
  const { seed, size = 320 } = options;
  const stream = (name: string) => random(seed, `${genus} ${name}`);
  const light = weather(stream('weather'));
  const group = gather(genus, stream('group'));
  const camera = frame(group, 2 * size, stream('camera'));
  const shadow = shadows(group.actors, light.sun, 0.03 + 0.09 * light.overcast);
  const seen = see(group.actors, camera.view, 2 * size, () => 0);
  const portrait = shade(group.actors, seen, camera, light, shadow);

  const behind = backdrop(size, camera, group, light, stream('backdrop'));
  const shares = stand(behind.canvas, portrait);
  behind.canvas.bare.fill(1);
  foreground(behind, camera, group, light, stream('foreground'));

  const lens = stream('lens');
  const exposure = {
    gain: lens.uniform(0.85, 1.1),
    contrast: lens.uniform(0.2, 0.7),
    vignette: lens.uniform(0.1, 0.6),
    grain: lens.uniform(1, 4.5),
    warmth: lens.uniform(0.94, 1.08),
    seed: lens.integer(1, 1 << 28),
  };
  return {
    width: size,
    height: size,
    pixels: develop(behind.canvas.light, size, exposure),
    masks: masks(shares, behind.canvas.bare),
  };
}

/** Puts the portrait before the backdrop; returns how many of each pixel's 4 samples show a part. */
function stand(
  { size, light }: Canvas,
  portrait: Portrait,
): Record<'mushroom' | 'cap' | 'stem', Uint8Array> {
  const { side, part } = portrait;
  const shares = {
    mushroom: new Uint8Array(size * size),
    cap: new Uint8Array(size * size),
    stem: new Uint8Array(size * size),
  };
  const samples = [0, 1, side, side + 1];
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at++) {
      const corner = 2 * y * side + 2 * x;
      let [r, g, b] = [0, 0, 0];
      for (const offset of samples) {
        const sample = corner + offset;
        const shown = part[sample]!;
        if (shown === 0) continue;
        shares.mushroom[at]!++;
        if (shown === 1) shares.cap[at]!++;
        if (shown === 2) shares.stem[at]!++;
        r += portrait.light[3 * sample]!;
        g += portrait.light[3 * sample + 1]!;
        b += portrait.light[3 * sample + 2]!;
      }
      const keep = 1 - shares.mushroom[at]! / 4;
      light[3 * at] = light[3 * at]! * keep + r / 4;
      light[3 * at + 1] = light[3 * at + 1]! * keep + g / 4;
      light[3 * at + 2] = light[3 * at + 2]! * keep + b / 4;
    }
  }
  return shares;
}

/** At least half of the pixel; where cap and stem share one evenly, the cap has it. */
function masks(shares: ReturnType<typeof stand>, bare: Float32Array): DrawnMushroom['masks'] {
  const half = (share: Uint8Array) => share.map((n, at) => (n * bare[at]! >= 2 ? 1 : 0));
  const cap = half(shares.cap);
  const stem = half(shares.stem).map((value, at) => (cap[at] ? 0 : value));
  return { mushroom: half(shares.mushroom), cap, stem };
}
