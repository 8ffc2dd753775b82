import { blend, scale } from './color';
import { clamp, mix, smoothstep } from './curve';
import { type Cell, cells, noise } from './noise';
import type { Specimen } from './specimen';
import type { Surface } from './surface';

/** Distance from the nearest integer, scaled to 0 to 1. */
function wave(phase: number): number {
  const t = phase - Math.floor(phase);
  return t < 0.5 ? 2 * t : 2 - 2 * t;
}

/** Makes the surface of gills: blades that run from the stem to the margin, with shorter ones between them. */
export function gills({ habit, count, colors, seed }: Specimen): Surface {
  const edge = blend(colors.hymenium, [0.9, 0.86, 0.78], 0.12);
  // Between widely spaced gills one sees deeper, so the gaps are darker.
  const gap = scale(colors.hymenium, habit.count[1] < 60 ? 0.26 : 0.36);
  const { thickness } = habit;
  return ({ u, v, x, z, resolution }, paint) => {
    const radius = Math.sqrt(x * x + z * z);
    const wobble = 0.011 * count * (noise(6 * x + 20, 6 * z + 20, seed) - 0.5);
    const phase = v * count + wobble;
    const long = 1 - wave(phase);
    const short =
      (1 - wave(phase + 0.5)) *
      smoothstep(0.62, 0.5, u + 0.3 * noise(Math.floor(phase + 0.5), 3, seed));
    const ridge = Math.max(long, short);
    const solid = smoothstep(0.75 - thickness, 0.98 - 0.5 * thickness, ridge);
    // The pattern fades where its period is finer than the samples.
    const period = (6.28 * radius * resolution) / (u < 0.5 ? 2 * count : count);
    const fine = smoothstep(1.6, 4, period);
    const lit = mix(0.62, solid, fine);
    const stain = 0.9 + 0.2 * noise(5 * x, 5 * z, seed + 2);
    paint.r = mix(gap[0], edge[0], lit) * stain;
    paint.g = mix(gap[1], edge[1], lit) * stain;
    paint.b = mix(gap[2], edge[2], lit) * stain;
    paint.height = (0.9 / count) * ridge * fine * 2;
    paint.gloss = habit.skin === 'wax' ? 0.25 : 0.04;
    paint.glow = 0.25;
    paint.sky = mix(0.92, 0.5, u * u) * mix(0.75, 1, solid);
  };
}

/** Makes the surface of pores: the openings of tubes, packed like a sponge. */
export function pores({ habit, count, colors, seed }: Specimen): Surface {
  const rim = blend(colors.hymenium, [0.9, 0.85, 0.6], 0.1);
  const mouth = blend(scale(colors.hymenium, 0.3), [0.16, 0.09, 0.02], 0.3);
  const cell: Cell = { distance: 0, wall: 0, kind: 0 };
  // The large pores of old slippery jacks are elongated towards the stem.
  const angular = habit.count[1] < 20;
  return ({ u, x, z, resolution }, paint) => {
    const radius = Math.sqrt(x * x + z * z) + 1e-6;
    const stretch = angular ? 0.75 + 0.25 * radius : 1;
    cells(count * x * stretch, count * z * stretch, seed, cell);
    const fine = smoothstep(2.2, 5, resolution / count);
    const hole =
      smoothstep(angular ? 0.06 : 0.1, angular ? 0.34 : 0.42, cell.wall) *
      smoothstep(0.02, 0.09, u);
    const deep = mix(0.3, hole, fine) * 0.9;
    const stain = 0.82 + 0.36 * noise(3 * x + 9, 3 * z, seed + 4);
    paint.r = mix(rim[0], mouth[0], deep) * stain;
    paint.g = mix(rim[1], mouth[1], deep) * stain;
    paint.b = mix(rim[2], mouth[2], deep) * stain;
    paint.height = (-0.5 / count) * hole * fine;
    paint.gloss = 0.05;
    paint.glow = 0.12;
    paint.sky = mix(0.95, 0.55, u * u) * clamp(1 - 0.4 * hole);
  };
}
