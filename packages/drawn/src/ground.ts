import { around, type Canvas, lay } from './canvas';
import { blend, type Color, color, scale, vary } from './color';
import { clamp, cosine, mix, sine, smoothstep } from './curve';
import { leaf, leafColor } from './leaf';
import type { Light } from './light';
import { noise } from './noise';
import type { Random } from './random';
import { stroke } from './stroke';

/** The ground in perspective. Lengths are in pixels. */
export interface Plane {
  /** Row of the horizon; it may be above the picture. */
  readonly horizon: number;
  /** Row on which the first mushroom stands, at which things have their normal size. */
  readonly base: number;
  /** Number of pixels per scene unit at the base. */
  readonly unit: number;
  /** Height divided by width of a circle that lies on the ground, at the base. */
  readonly squash: number;
}

/** Relative size of things at a row: 1 at the base, 0 at the horizon. */
export function nearness({ horizon, base }: Plane, y: number): number {
  return Math.max(0.02, (y - horizon) / (base - horizon));
}

export type Cover = 'litter' | 'needles' | 'moss' | 'grass' | 'wood';
export const covers: readonly Cover[] = ['litter', 'needles', 'moss', 'grass', 'wood'];

const soils: Readonly<Record<Cover, readonly [string, string]>> = {
  litter: ['#1e150e', '#4a3826'],
  needles: ['#22180f', '#5a4027'],
  moss: ['#141c08', '#4c5c22'],
  grass: ['#141c0a', '#44542a'],
  wood: ['#2c2118', '#7a664c'],
};

/** Draws the soil, then the things that lie on it, from far to near. */
export function ground(to: Canvas, plane: Plane, cover: Cover, light: Light, random: Random): void {
  soil(to, plane, cover, random);
  const { uniform, chance, integer } = random;
  const { size } = to;
  const top = Math.max(-10, plane.horizon + 0.02 * size);
  const bottom = size * 1.08;
  const many = { litter: 190, needles: 620, moss: 1500, grass: 420, wood: 26 }[cover];
  const lean = light.sun[0] > 0 ? 1 : -1;
  const tint = vary(color(cover === 'moss' ? '#74862f' : '#6d8040'), 0.3, random);
  const straw = vary(color('#c2aa6a'), 0.2, random);
  for (let i = 0; i < many; i++) {
    // A uniform distribution over the ground is crowded towards the horizon in the picture.
    const t = (i + uniform()) / many;
    const y = mix(top, bottom, t * mix(0.75, 1, t));
    const near = nearness(plane, y);
    const unit = plane.unit * near;
    const squash = clamp(plane.squash * Math.sqrt(near) + 0.12, 0.15, 0.95);
    const x = uniform(-0.06, 1.06) * size;
    if (unit < 2) continue;
    if (
      cover === 'litter' ||
      (cover === 'wood' && chance(0.3)) ||
      (cover === 'grass' && chance(0.04))
    ) {
      const length = Math.min(0.3 * size, unit * uniform(0.5, 0.95));
      leaf(to, {
        x,
        y,
        length,
        angle: uniform(),
        squash,
        color: leafColor(random),
        seed: integer(1, 9999),
      });
    } else if (cover === 'needles') {
      const angle = uniform();
      const length = unit * uniform(0.5, 0.9);
      const dry = vary(color(chance(0.8) ? '#94683a' : '#5d6a30'), 0.3, random);
      stroke(to, {
        from: [x, y],
        to: [x + length * cosine(angle), y + length * sine(angle) * squash],
        bend: length * uniform(-0.12, 0.12),
        width: [unit * 0.03 + 0.4, unit * 0.02 + 0.3],
        color: [scale(dry, 0.8), dry],
        lit: lean,
      });
    } else if (cover === 'moss') {
      tuft(
        to,
        x,
        y,
        unit * uniform(0.1, 0.2),
        blend(scale(tint, 0.35), tint, uniform()),
        lean,
        random,
      );
    } else if (cover === 'grass') {
      blade(
        to,
        x,
        y,
        unit * uniform(0.6, 1.5),
        blend(chance(0.2) ? straw : tint, scale(tint, 0.5), uniform()),
        lean,
        random,
      );
    }
  }
}

/** Draws one blade of grass that is rooted at a point. */
export function blade(
  to: Canvas,
  x: number,
  y: number,
  length: number,
  tone: Color,
  lit: number,
  { uniform }: Random,
  blur = 1,
): void {
  const sway = uniform(-0.6, 0.6);
  stroke(to, {
    from: [x, y],
    to: [x + sway * length, y - length * (1 - 0.4 * sway * sway)],
    bend: -sway * length * uniform(0.1, 0.35),
    width: [length * 0.055 + 0.6, 0.3],
    color: [scale(tone, 0.4), tone],
    lit,
    blur,
  });
}

/** Draws a tuft of moss: a few short leaves from one point. */
export function tuft(
  to: Canvas,
  x: number,
  y: number,
  reach: number,
  tone: Color,
  lit: number,
  { uniform }: Random,
): void {
  for (let k = 0; k < 4; k++) {
    const turn = uniform(0.5, 1);
    stroke(to, {
      from: [x, y],
      to: [x + reach * cosine(turn), y + reach * sine(turn)],
      bend: reach * uniform(-0.2, 0.2),
      width: [reach * 0.2 + 0.5, 0.3],
      color: [scale(tone, 0.5), tone],
      lit,
    });
  }
}

function soil(to: Canvas, plane: Plane, cover: Cover, random: Random): void {
  const { size, light } = to;
  const [low, high] = soils[cover];
  const dark = vary(color(low), 0.25, random);
  const bright = vary(color(high), 0.25, random);
  const seed = random.integer(1, 1 << 28);
  const grainAngle = random.uniform(-0.06, 0.06);
  const cracks = cover === 'wood';
  for (let y = Math.max(0, Math.floor(plane.horizon)); y < size; y++) {
    const near = nearness(plane, y);
    // Rows are converted to ground coordinates: x divided by depth, and depth itself.
    const unit = Math.max(1.5, plane.unit * near);
    const deep = (3 * plane.squash + 1) / near;
    for (let x = 0; x < size; x++) {
      const gx = (x - size / 2) / unit;
      const at = y * size + x;
      let t: number;
      if (cracks) {
        const along = gx + deep * grainAngle * 4;
        const across = deep * 7 + 0.8 * noise(gx * 0.9, deep * 2, seed);
        const fiber = noise(along * 1.1, across * 4, seed + 1);
        const crack = smoothstep(
          0.22,
          0.02,
          Math.abs(noise(along * 0.5, across * 0.9, seed + 2) - 0.5),
        );
        t = (0.25 + 0.75 * fiber) * (1 - 0.8 * crack);
      } else
        t =
          0.75 * noise(gx * 4, deep * 4, seed) + 0.4 * (noise(gx * 16, deep * 16, seed + 3) - 0.4);
      light[3 * at] = mix(dark[0], bright[0], t);
      light[3 * at + 1] = mix(dark[1], bright[1], t);
      light[3 * at + 2] = mix(dark[2], bright[2], t);
    }
  }
}

/** Draws a soft disc of light or color, for things far out of focus. */
export function disc(
  to: Canvas,
  x: number,
  y: number,
  radius: number,
  tone: Color,
  alpha: number,
): void {
  around(to, x, y, radius, (at, dx, dy) => {
    const d = Math.sqrt(dx * dx + dy * dy) / radius;
    lay(to, at, tone, 1, alpha * smoothstep(1, 0.8, d));
  });
}
