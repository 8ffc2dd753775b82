import { blend, type Color, scale } from './color';
import { clamp, cosine, mix, sine, smoothstep } from './curve';
import type { Habit } from './genus';
import { type Cell, cells, cloud, noise, ringNoise } from './noise';
import type { Specimen } from './specimen';
import type { Paint, Surface, SurfacePoint } from './surface';

/**
 * Adds what one kind of skin contributes to the color of the cap. `a` and `b` are plane coordinates, in which
 * the polar coordinate `u` is laid out flat.
 */
type Finish = (point: SurfacePoint, paint: Paint, a: number, b: number) => void;

/** Makes the skin of the upper side: the colors of the species, then the skin type of the genus. */
export function skin(specimen: Specimen): Surface {
  const { colors, seed, habit } = specimen;
  const finish = finishes[habit.skin](specimen);
  const { cap, center } = colors;
  const scatter = 2 + (seed % 3);
  const worn = ((seed >> 6) % 9) / 8;
  const weather = wear(specimen, worn);
  return (point, paint) => {
    const { u, x, z } = point;
    const radius = Math.sqrt(x * x + z * z) + 1e-6;
    const a = (u * x) / radius;
    const b = (u * z) / radius;
    const patch = cloud(scatter * a + 7, scatter * b + 7, seed);
    const middle = clamp(1.15 - 1.5 * u + 0.6 * (patch - 0.5));
    const mottle = 0.78 + 0.44 * patch;
    paint.r = mix(cap[0], center[0], middle) * mottle;
    paint.g = mix(cap[1], center[1], middle) * mottle;
    paint.b = mix(cap[2], center[2], middle) * mottle;
    paint.height = 0;
    paint.gloss = 0.15;
    paint.glow = 0.05;
    paint.sky = 1;
    finish(point, paint, a, b);
    if (worn > 0) weather(paint, a, b);
  };
}

const soil: Color = [0.05, 0.03, 0.015];

/** Adds traces of weather and animals to a cap: pale scuffs, crumbs of soil, the bites of slugs. */
function wear({ colors, seed }: Specimen, worn: number) {
  const bitten = (seed >> 9) % 9 === 0;
  const flesh = blend(colors.stem, [0.8, 0.74, 0.62], 0.6);
  return (paint: Paint, a: number, b: number) => {
    const scuff = smoothstep(0.7, 0.85, noise(9 * a + 60, 9 * b, seed + 51));
    stain(paint, flesh, worn * 0.2 * scuff);
    const speck = smoothstep(0.86, 0.93, noise(31 * a + 90, 31 * b, seed + 52));
    stain(paint, soil, worn * 0.75 * speck);
    paint.gloss *= 1 - 0.7 * worn * speck;
    if (!bitten) return;
    const bite = smoothstep(0.86, 0.9, noise(7 * a + 30, 7 * b, seed + 53));
    stain(paint, flesh, 0.85 * bite);
    paint.height -= 0.03 * bite;
    paint.gloss *= 1 - bite;
  };
}

function stain(paint: Paint, with_: Color, amount: number): void {
  paint.r = mix(paint.r, with_[0], amount);
  paint.g = mix(paint.g, with_[1], amount);
  paint.b = mix(paint.b, with_[2], amount);
}

function dim(paint: Paint, by: number): void {
  paint.r *= by;
  paint.g *= by;
  paint.b *= by;
}

const finishes: Readonly<Record<Habit['skin'], (specimen: Specimen) => Finish>> = {
  /** Agaricus: fibrous scales in circles, dense in the middle, on paler flesh. */
  scales({ colors, seed, marked }) {
    const cell: Cell = { distance: 0, wall: 0, kind: 0 };
    const flesh = blend(colors.cap, [0.82, 0.76, 0.64], 0.55);
    const many = 10 + (seed % 5);
    const smooth = seed % 4 === 0;
    return ({ u, v }, paint, a, b) => {
      const fiber = ringNoise(v, 90, 7 * u, seed);
      // Scales are wider across the radius than along it, so the noise is compressed along the radius.
      const wobble = 0.35 * (noise(9 * a, 9 * b, seed) - 0.5);
      cells(many * (a + 0.3 * wobble), many * (b + 0.3 * wobble), seed, cell);
      const cover =
        smoothstep(0.02, 0.22, cell.wall) * smoothstep(1.15, 0.4, u + 0.5 * cell.kind - 0.2);
      const scale_ = smooth ? 0.25 * cover : cover * marked;
      stain(paint, flesh, clamp(u * 1.2 - 0.1) * (1 - scale_));
      stain(paint, colors.mark, scale_ * mix(0.85, 0.5, u) * (0.65 + 0.5 * fiber));
      dim(paint, 0.9 + 0.2 * fiber);
      paint.height = (smooth ? 0.006 : 0.022) * scale_ + 0.004 * fiber;
      paint.gloss = 0.1;
    };
  },
  /** Amanita: smooth and slightly moist, with a grooved margin; the warts are separate solids. */
  warts({ seed, marked }) {
    const combed = 70 + (seed % 30);
    return ({ u, v }, paint) => {
      const streak = ringNoise(v, 60, 2 * u, seed);
      dim(paint, 0.94 + 0.12 * streak);
      const comb = smoothstep(0.86, 0.97, u) * marked * sine(v * combed);
      dim(paint, 1 + 0.12 * comb);
      paint.height = 0.006 * comb;
      paint.gloss = 0.42;
    };
  },
  /** Boletus: like the crust of bread, finely velvety, often pale along the margin. */
  velvet({ seed, colors }) {
    const pale = blend(colors.cap, [0.85, 0.78, 0.6], 0.6);
    return ({ u }, paint, a, b) => {
      const grain = noise(46 * a, 46 * b, seed);
      const dent = cloud(5 * a, 5 * b, seed + 9);
      dim(paint, 0.86 + 0.16 * grain + 0.18 * dent);
      stain(paint, pale, smoothstep(0.86, 1, u + 0.06 * (dent - 0.5)) * 0.75);
      paint.height = 0.005 * grain + 0.06 * dent;
      paint.gloss = 0.16;
    };
  },
  /** Cortinarius: fibrils in the skin, and rusty remains of the veil near the margin. */
  fibrils({ seed, colors, marked }) {
    const sheen = blend(colors.stem, [0.6, 0.54, 0.62], 0.4);
    return ({ u, v }, paint, a, b) => {
      const fiber = ringNoise(v, 130, 8 * u, seed);
      const coarse = ringNoise(v, 37, 6 * u, seed + 1);
      dim(paint, 0.72 + 0.34 * fiber + 0.2 * coarse);
      stain(paint, sheen, smoothstep(0.6, 1, u) * 0.5 * marked * fiber);
      const shred =
        smoothstep(0.62, 0.75, cloud(11 * a, 11 * b, seed + 4)) * smoothstep(0.7, 0.9, u);
      stain(paint, colors.mark, 0.8 * shred);
      paint.height = 0.012 * fiber + 0.012 * shred;
      paint.gloss = 0.28;
    };
  },
  /** Entoloma: silky fibers from the tip to the margin, dark where moist, with lines along the margin. */
  silk({ seed, colors, marked }) {
    const lines = 44 + (seed % 20);
    return ({ u, v }, paint) => {
      const fiber = ringNoise(v, 160, 2 * u, seed);
      const strand = ringNoise(v, 60, 1.2 * u, seed + 2);
      dim(paint, 0.66 + 0.36 * fiber + 0.34 * strand);
      const line = smoothstep(0.45, 0.95, u) * (0.5 + 0.5 * cosine(v * lines));
      stain(paint, colors.mark, 0.5 * marked * line);
      stain(paint, colors.mark, 0.75 * smoothstep(0.24, 0.06, u));
      paint.height = 0.016 * strand + 0.008 * fiber - 0.012 * line;
      paint.gloss = 0.38;
    };
  },
  /** Hygrocybe: waxy and translucent, with the gills showing through at the margin. */
  wax({ seed, colors, count, marked }) {
    return ({ u, v }, paint, a, b) => {
      const through = smoothstep(0.5, 1, u);
      stain(
        paint,
        colors.mark,
        0.42 * marked * smoothstep(0.72, 1, u + 0.2 * (noise(3 * a, 3 * b, seed) - 0.5)),
      );
      const line = 0.5 + 0.5 * cosine(v * count * 2);
      dim(paint, 1 - 0.32 * through * line);
      paint.height = -0.014 * through * line + 0.03 * cloud(4 * a, 4 * b, seed);
      paint.gloss = 0.78;
      paint.glow = 0.4;
    };
  },
  /** Lactarius: wavy circles of another shade, some of them broken into spots. */
  zones({ seed, colors, marked }) {
    const circles = 5 + (seed % 11) * 0.45;
    const strength = marked * (0.5 + 0.5 * (((seed >> 4) % 8) / 7));
    const dark = scale(colors.center, 0.55);
    const light = blend(colors.cap, [0.88, 0.78, 0.62], 0.35);
    const woolly = seed % 3 === 0;
    return ({ u, v }, paint, a, b) => {
      const waver =
        0.16 * (cloud(3.2 * a, 3.2 * b, seed) - 0.5) + 0.05 * (ringNoise(v, 24, 5 * u, seed) - 0.5);
      const band = sine((u + waver) * circles);
      const spots = noise(24 * a, 24 * b, seed + 6);
      const zone =
        smoothstep(-0.5, 0.9, band + 1.5 * (spots - 0.5)) *
        smoothstep(0.08, 0.2, u) *
        smoothstep(1.02, 0.9, u);
      stain(paint, light, (1 - zone) * 0.42 * strength);
      stain(paint, dark, zone * 0.6 * strength);
      const wool = woolly ? smoothstep(0.8, 1, u) * noise(70 * v * 4, 14 * u, seed) : 0;
      stain(paint, [0.86, 0.78, 0.68], 0.7 * wool);
      paint.height = 0.006 * (1 - zone) + 0.03 * wool;
      paint.gloss = 0.3;
    };
  },
  /** Russula: matt as if powdered, faded in places, furrowed along the margin. */
  matt({ seed, colors, marked }) {
    const furrows = 54 + (seed % 26);
    const bleached = (seed % 5) / 10;
    return ({ u, v }, paint, a, b) => {
      const powder = noise(60 * a, 60 * b, seed);
      dim(paint, 0.9 + 0.16 * powder);
      stain(
        paint,
        colors.mark,
        bleached * smoothstep(0.45, 0.75, cloud(3.5 * a + 3, 3.5 * b, seed + 3)),
      );
      const furrow =
        smoothstep(0.74, 0.9, u) * smoothstep(0.1, 0.9, 0.5 + 0.5 * cosine(v * furrows)) * marked;
      dim(paint, 1 - 0.3 * furrow);
      paint.height = 0.004 * powder - 0.018 * furrow;
      paint.gloss = 0.07;
    };
  },
  /** Suillus: slime that mirrors the sky, with streaks where it dries. */
  slime({ seed, colors }) {
    const dark = scale(colors.center, 0.6);
    return ({ u, v }, paint, a, b) => {
      const streak = ringNoise(v, 34, 2.4 * u, seed);
      stain(paint, dark, 0.55 * smoothstep(0.45, 0.9, streak) * smoothstep(0.05, 0.4, u));
      const blob = cloud(6 * a, 6 * b, seed + 8);
      dim(paint, 0.85 + 0.3 * blob);
      paint.height = 0.035 * blob;
      paint.gloss = 1;
    };
  },
};
