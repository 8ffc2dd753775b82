import { type Color, scale } from './color';
import { cosine, mix, sine } from './curve';
import type { Random } from './random';
import type { Vector } from './solid';

/** The light of a scene: the sun, the sky and what the ground reflects. */
export interface Light {
  /** Direction to the sun, of length 1; x points right, y up, z to the viewer. */
  readonly sun: Vector;
  readonly sunlight: Color;
  readonly skylight: Color;
  readonly groundlight: Color;
  /** Softness of shadows, 0 (clear sky) to 1 (overcast). */
  readonly overcast: number;
}

/** Chooses a random weather and time of day, in the same way for every genus. */
export function weather({ uniform, chance }: Random): Light {
  // The light comes from the left or the right, seldom from behind the mushroom.
  const side = chance(0.5) ? uniform(-0.2, -0.03) : uniform(0.03, 0.2);
  const azimuth = chance(0.12) ? side * 2.2 : side;
  const height = uniform(0.08, 0.19);
  const overcast = uniform(0.1, 0.9);
  const warmth = uniform(-0.14, 0.2);
  const strength = mix(1.5, 0.7, overcast) * uniform(0.9, 1.1);
  const tint: Color = [1 + warmth, 1 + 0.25 * warmth, 1 - warmth];
  const ambient = mix(0.34, 0.62, overcast);
  return {
    sun: [sine(azimuth) * cosine(height), sine(height), cosine(azimuth) * cosine(height)],
    sunlight: scale(tint, strength),
    skylight: [ambient * (1 - 0.4 * warmth), ambient, ambient * (1.08 + 0.3 * warmth)],
    groundlight: scale([0.5, 0.46, 0.34], ambient * uniform(0.5, 0.8)),
    overcast,
  };
}
