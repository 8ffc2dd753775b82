import { blend, type Color, scale } from './color';
import { mix, smoothstep } from './curve';
import { noise, ringNoise } from './noise';
import type { Specimen } from './specimen';
import type { Surface } from './surface';

/** Surface of ring and volva: pale skin with streaks from the gills that it covered, and a rim in the color of the genus's mark. */
export function cloth({ colors, seed, habit }: Specimen, rim: number): Surface {
  const pale = blend(colors.stem, [0.84, 0.79, 0.68], 0.35);
  const sticky = habit.skin === 'slime';
  const tone = sticky ? blend(pale, colors.mark, 0.45) : pale;
  return ({ u, v }, paint) => {
    const streak = ringNoise(v, 64, 2 * u, seed + 21);
    const dirt = noise(24 * v, 6 * u, seed + 22);
    const worn = rim * smoothstep(0.7, 1, u) * (0.5 + 0.5 * dirt);
    const shade = 0.8 + 0.18 * streak + 0.08 * dirt;
    paint.r = mix(tone[0], colors.mark[0], worn) * shade;
    paint.g = mix(tone[1], colors.mark[1], worn) * shade;
    paint.b = mix(tone[2], colors.mark[2], worn) * shade;
    paint.height = 0.012 * streak;
    paint.gloss = sticky ? 0.5 : 0.08;
    paint.glow = 0.3;
    paint.sky = 0.9;
  };
}

/** Surface of crumbs of the skin that enclosed the young mushroom: warts on the cap, belts on the bulb. */
export function crumb({ seed }: Specimen, tone: Color): Surface {
  return ({ u, x, z }, paint) => {
    const grain = noise(50 * x, 50 * z, seed + 31);
    const shade = (0.75 + 0.3 * grain) * mix(1.05, 0.72, u * u);
    paint.r = tone[0] * shade;
    paint.g = tone[1] * shade;
    paint.b = tone[2] * shade;
    paint.height = 0.01 * grain;
    paint.gloss = 0.05;
    paint.glow = 0.1;
    paint.sky = mix(1, 0.7, u * u);
  };
}

/** Surface of the silky threads of a cobweb veil, rusty where spores stick to them. */
export function thread({ colors, seed }: Specimen): Surface {
  const silk = blend(colors.stem, [0.82, 0.74, 0.66], 0.6);
  const rusty = scale(colors.mark, 0.9);
  return ({ u, v }, paint) => {
    const spores = noise(60 * v, 3 * u, seed + 41) * 0.7;
    paint.r = mix(silk[0], rusty[0], spores);
    paint.g = mix(silk[1], rusty[1], spores);
    paint.b = mix(silk[2], rusty[2], spores);
    paint.height = 0;
    paint.gloss = 0.2;
    paint.glow = 0.4;
    paint.sky = 0.9;
  };
}

/** Surface of a drop of milk. */
export function milk({ colors }: Specimen): Surface {
  const [r, g, b] = colors.mark;
  return (_, paint) => {
    paint.r = r;
    paint.g = g;
    paint.b = b;
    paint.height = 0;
    paint.gloss = 0.9;
    paint.glow = 0.35;
    paint.sky = 1;
  };
}
