import { backdrop } from './backdrop';
import { frame } from './camera';
import type { Canvas } from './canvas';
import { foreground } from './foreground';
import type { Genus } from './genus';
import { illuminate } from './illumination';
import { develop } from './lens';
import { weather } from './light';
import { gather } from './pose';
import { random } from './random';
import { type Painted, paintSamples, unpainted } from './shading';
import { shadows } from './shadow';
import { see } from './visibility';

export interface DrawnMushroom {
  readonly width: number;
  readonly height: number;
  /** Pixels `[height, width, 3]`, RGB, 0 to 255. */
  readonly pixels: Uint8Array;
  /**
   * Masks, each `[height, width]`, with 1 where at least half of the pixel shows that part. The cap consists of skin, flesh and gills or
   * pores; the stem includes ring, cobweb veil and volva. Cap and stem never overlap, and a drop of milk belongs only to the mushroom.
   * Things that hide the mushroom are in no mask.
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
 * Draws a picture of a genus, with 1 to 4 individuals of one species, and its exact masks.
 *
 * Light, ground and view are chosen in the same way for every genus, so that only the mushroom itself tells the genera apart.
 *
 * @example
 * ```ts
 * const { pixels, masks, height, width } = drawMushroom('Amanita', { seed: 7, size: 224 });
 * const photo = { data: pixels, height, width }; // [224, 224, 3], RGB
 * const truth = { values: masks.mushroom, height, width }; // what a heat map should lie on
 * ```
 */
export function drawMushroom(genus: Genus, options: DrawOptions): DrawnMushroom {
  const { seed, size = 320 } = options;
  const stream = (name: string) => random(seed, `${genus} ${name}`);
  const light = weather(stream('weather'));
  const group = gather(genus, stream('group'));
  const camera = frame(group, 2 * size, stream('camera'));
  const shadow = shadows(group.actors, light.sun, 0.03 + 0.09 * light.overcast);
  const seen = see(group.actors, camera.view, 2 * size, () => 0);
  const painted = paintSamples(group.actors, seen, camera);
  const lit = illuminate(painted, seen.solid, camera, light, shadow);

  const behind = backdrop(size, camera, group, light, stream('backdrop'));
  const shares = stand(behind.canvas, painted, lit);
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

/** For each part, how many of each pixel's 4 samples show it, `[size, size]`. */
type Shares = Readonly<Record<'mushroom' | 'cap' | 'stem', Uint8Array>>;

/** Draws the mushrooms in front of the backdrop. */
function stand(
  { size, light }: Canvas,
  { side, part, relief }: Painted,
  lit: Float32Array,
): Shares {
  const mushroom = new Uint8Array(size * size);
  const cap = new Uint8Array(size * size);
  const stem = new Uint8Array(size * size);
  const samples = [0, 1, side, side + 1];
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at++) {
      let painted = 0;
      let r = 0;
      let g = 0;
      let b = 0;
      for (let s = 0; s < 4; s++) {
        const sample = 2 * y * side + 2 * x + samples[s]!;
        const shown = part[sample]!;
        if (shown === 0) continue;
        mushroom[at]!++;
        if (shown === 1) cap[at]!++;
        if (shown === 2) stem[at]!++;
        if (relief[sample] === unpainted) continue;
        painted++;
        r += lit[3 * sample]!;
        g += lit[3 * sample + 1]!;
        b += lit[3 * sample + 2]!;
      }
      if (painted === 0) continue;
      const share = mushroom[at]! / 4;
      const weight = share / painted;
      light[3 * at] = light[3 * at]! * (1 - share) + r * weight;
      light[3 * at + 1] = light[3 * at + 1]! * (1 - share) + g * weight;
      light[3 * at + 2] = light[3 * at + 2]! * (1 - share) + b * weight;
    }
  }
  return { mushroom, cap, stem };
}

/** Makes the masks: a part needs at least half of the pixel. If cap and stem share a pixel equally, it belongs to the cap. */
function masks(shares: Shares, bare: Float32Array): DrawnMushroom['masks'] {
  const half = (share: Uint8Array) => share.map((n, at) => (n * bare[at]! >= 2 ? 1 : 0));
  const cap = half(shares.cap);
  const stem = half(shares.stem).map((value, at) => (cap[at] ? 0 : value));
  return { mushroom: half(shares.mushroom), cap, stem };
}
