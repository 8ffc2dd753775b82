import { blend, type Color, scale } from './color';
import { clamp, mix, smoothstep } from './curve';
import type { Habit } from './genus';
import { type Cell, cells, noise, ringNoise } from './noise';
import type { Specimen } from './specimen';
import type { Paint, Surface, SurfacePoint } from './surface';

type Finish = (point: SurfacePoint, paint: Paint) => void;

/** Makes the surface of the stem: u runs from base to top, v around the stem. */
export function bark(specimen: Specimen): Surface {
  const { colors, seed, habit } = specimen;
  const finish = finishes[habit.bark](specimen);
  const { stem } = colors;
  return (point, paint) => {
    const { u, v, x, z } = point;
    const fiber = ringNoise(v, 26, 2.5 * u, seed + 11);
    const mottle = (0.84 + 0.3 * fiber) * (0.88 + 0.12 * u);
    paint.r = stem[0] * mottle;
    paint.g = stem[1] * mottle;
    paint.b = stem[2] * mottle * (0.92 + 0.08 * u);
    paint.height = 0.008 * fiber;
    paint.gloss = 0.08;
    paint.glow = 0.06;
    // The cap above and the ground below hide the sky.
    paint.sky = clamp(1 - 0.55 * smoothstep(0.72, 1, u) - 0.35 * smoothstep(0.16, 0, u));
    finish(point, paint);
    // Soil sticks to the base of the stem.
    const earth = smoothstep(
      0.16,
      0,
      u + 0.16 * (noise(11 * x + 9, 11 * z + 40 * u, seed + 61) - 0.4),
    );
    stain(paint, [0.06, 0.036, 0.018], 0.92 * earth);
    paint.gloss *= 1 - earth;
    paint.height += 0.012 * earth * noise(40 * x, 40 * z, seed + 62);
  };
}

function stain(paint: Paint, with_: Color, amount: number): void {
  paint.r = mix(paint.r, with_[0], amount);
  paint.g = mix(paint.g, with_[1], amount);
  paint.b = mix(paint.b, with_[2], amount);
}

const finishes: Readonly<Record<Habit['bark'], (specimen: Specimen) => Finish>> = {
  /** Agaricus: silky above the ring, slightly scaly below it. */
  smooth({ seed, colors, marked }) {
    return ({ u, v }, paint) => {
      const scale_ = smoothstep(0.6, 0.8, noise(v * 16, u * 12, seed)) * smoothstep(0.75, 0.5, u);
      stain(paint, colors.mark, 0.3 * marked * scale_);
      paint.height += 0.012 * scale_;
    };
  },
  /** Amanita: faint zigzag belts below the ring. */
  belted({ seed, colors, marked }) {
    return ({ u, v }, paint) => {
      const zigzag = u * 13 + 0.9 * (ringNoise(v, 8, 3 * u, seed) - 0.5);
      const belt = smoothstep(0.55, 0.9, noise(1, zigzag, seed)) * smoothstep(0.8, 0.6, u);
      stain(paint, scale(colors.center, 0.9), 0.28 * marked * belt);
      paint.height += 0.012 * belt;
    };
  },
  /** Boletus: a raised net whose meshes are stretched lengthwise. */
  net({ seed, colors, marked }) {
    const cell: Cell = { distance: 0, wall: 0, kind: 0 };
    const around = 26 + (seed % 6);
    const long = around * 0.55;
    return ({ u, v }, paint) => {
      // The seam of the net is at v = 0, which faces away from the viewer.
      const t = v * around;
      cells(t, u * long, seed, cell);
      const line = smoothstep(0.26, 0.08, cell.wall) * smoothstep(0.1, 0.35, u);
      stain(paint, colors.mark, line * (0.3 + 0.5 * marked));
      const mesh = 1 - 0.34 * (1 - line) * smoothstep(0.1, 0.35, u) * marked;
      paint.r *= mesh;
      paint.g *= mesh;
      paint.b *= mesh;
      paint.height += 0.016 * line;
    };
  },
  /** Cortinarius: a belt where the cobweb veil caught rusty spores, and fibrils below it. */
  rust({ seed, colors, marked }) {
    const rusty: Color = [0.32, 0.085, 0.02];
    const at = 0.66 + 0.02 * (seed % 5);
    const belts = 2 + (seed % 2);
    return ({ u, v }, paint) => {
      const fibril = ringNoise(v, 34, 1.6 * u, seed);
      const edge = 0.04 * (fibril - 0.5);
      const zone = smoothstep(0.1, 0.03, Math.abs(u - at + edge));
      stain(paint, rusty, zone * (0.35 + 0.6 * fibril) * marked);
      for (let k = 1; k <= belts; k++) {
        const belt = smoothstep(0.028, 0.012, Math.abs(u - at + k * 0.16 + edge));
        stain(paint, colors.mark, 0.6 * belt * marked);
      }
      paint.height += 0.016 * fibril + 0.02 * zone * fibril;
      paint.gloss = 0.16;
    };
  },
  /** Entoloma: long twisted fibers. */
  fibers({ seed, colors }) {
    return ({ u, v }, paint) => {
      const twist = ringNoise(v + 0.25 * u, 22, 1.2 * u, seed);
      stain(paint, scale(colors.stem, 0.4), 0.6 * smoothstep(0.4, 0.8, twist));
      stain(paint, [0.75, 0.72, 0.68], 0.5 * smoothstep(0.12, 0, u));
      paint.height += 0.02 * twist;
      paint.gloss = 0.22;
    };
  },
  /** Hygrocybe: waxy like the cap, yellow towards the base. */
  wax({ colors }) {
    return ({ u }, paint) => {
      stain(paint, colors.cap, 0.6 * smoothstep(0.35, 0.95, u));
      stain(paint, colors.mark, 0.5 * smoothstep(0.4, 0, u));
      paint.gloss = 0.6;
      paint.glow = 0.35;
    };
  },
  /** Lactarius: shallow oval pits, darker than the stem. */
  pits({ seed, colors, marked }) {
    const cell: Cell = { distance: 0, wall: 0, kind: 0 };
    const dark = blend(scale(colors.center, 0.55), scale(colors.stem, 0.4), 0.5);
    return ({ u, v }, paint) => {
      cells(v * 9, u * 5.5, seed, cell);
      const size = 0.22 + 0.2 * cell.kind;
      const pit = cell.kind < 0.7 ? smoothstep(size, size - 0.13, cell.distance) : 0;
      stain(paint, dark, 0.8 * pit * marked);
      paint.height -= 0.03 * pit;
      paint.gloss = 0.14;
    };
  },
  /** Russula: white and chalky, with faint wrinkles lengthwise. */
  chalk({ seed, colors, age }) {
    return ({ u, v }, paint) => {
      const wrinkle = ringNoise(v, 30, 3 * u, seed);
      const rub = smoothstep(0.62, 0.9, noise(v * 7, u * 4, seed + 1));
      stain(paint, colors.mark, 0.16 * rub * age);
      paint.height += 0.014 * wrinkle;
      paint.gloss = 0.03;
    };
  },
  /** Suillus: sticky glandular dots, densest towards the top. */
  dots({ seed, colors, marked }) {
    const cell: Cell = { distance: 0, wall: 0, kind: 0 };
    return ({ u, v }, paint) => {
      cells(v * 20, u * 17, seed, cell);
      const size = mix(0.14, 0.34, cell.kind);
      const dot =
        smoothstep(size, size - 0.12, cell.distance) * smoothstep(0.08, 0.3, u + 0.3 * cell.kind);
      stain(paint, colors.mark, 0.9 * dot * marked);
      paint.height += 0.012 * dot;
      paint.gloss = 0.35;
    };
  },
};
