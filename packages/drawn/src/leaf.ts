import { around, type Canvas, dim, lay } from './canvas';
import { type Color, color, vary } from './color';
import { clamp, cosine, sine, smoothstep } from './curve';
import { noise } from './noise';
import type { Random } from './random';

/** Autumn colors, and the green of leaves that have just fallen. */
const autumn = [
  '#8a5a2e',
  '#a8752f',
  '#6f4525',
  '#9c4a22',
  '#b89a55',
  '#5a4632',
  '#7b6a45',
  '#c08a3a',
  '#6d2f22',
].map(color);
const green = ['#5b6e2c', '#7a8438', '#46592a'].map(color);

export function leafColor(random: Random): Color {
  return vary(random.pick(random.chance(0.12) ? green : autumn), 0.25, random);
}

export interface Leaf {
  readonly x: number;
  readonly y: number;
  /** Length from stalk to tip, in pixels. */
  readonly length: number;
  /** Direction of the leaf, in turns. */
  readonly angle: number;
  /** Height divided by width of a circle that lies on the ground. */
  readonly squash: number;
  readonly color: Color;
  readonly seed: number;
  /** Width of the leaf's soft edge in pixels. */
  readonly blur?: number;
}

/** Draws a curled leaf with its midrib and veins: a beech leaf or, with lobes, an oak leaf. */
export function leaf(to: Canvas, shape: Leaf): void {
  const { x, y, length, angle, squash, color: tone, seed, blur = 1 } = shape;
  const [c, s] = [cosine(angle), sine(angle)];
  const half = length / 2;
  const width = 0.3 + 0.12 * ((seed >> 3) % 3) * 0.6;
  const lobes = seed % 3 === 0 ? 0.28 : 0.03;
  const curl = ((seed >> 5) % 7) / 7 - 0.5;
  const soft = blur / half;
  const outline = (u: number) => {
    const body = (1 - u * u) * (1 - 0.25 * u);
    const wave = u * 3.2 + 0.2;
    return width * Math.sqrt(Math.max(0, body)) * (1 - lobes * (0.5 + 0.5 * cosine(wave)));
  };
  // The shadow of the leaf on what lies below it.
  around(to, x + 0.03 * length, y + 0.05 * length, half + blur, (at, dx, dy) => {
    const py = dy / squash;
    const u = (dx * c + py * s) / half;
    const v = (py * c - dx * s) / half;
    if (u > -1 && u < 1) dim(to, at, 1 - 0.5 * clamp((outline(u) - Math.abs(v)) / 0.12));
  });
  around(to, x, y, half + blur, (at, dx, dy) => {
    const py = dy / squash;
    const u = (dx * c + py * s) / half;
    if (u <= -1 || u >= 1) return;
    const v = (py * c - dx * s) / half + curl * 0.15 * (u * u - 0.5);
    const w = outline(u);
    const cover = clamp((w - Math.abs(v)) / soft + 0.5);
    if (cover <= 0) return;
    const vein = (u - 0.7 * Math.abs(v)) * 4.5;
    const rib =
      smoothstep(0.05, 0.0, Math.abs(v)) +
      0.5 * smoothstep(0.14, 0.02, Math.abs(vein - Math.round(vein)));
    const blotch = noise(4 * u + 30, 4 * v + 30, seed);
    const fold = curl * (v / (w + 0.05)) * 0.7 + 0.12 * (v > 0 ? 1 : -1) * (curl > 0 ? 1 : -1);
    lay(to, at, tone, (0.62 + 0.55 * blotch) * (1 + fold) * (1 + 0.22 * rib), cover);
  });
}
