import { cosine, sine } from './curve';
import type { Group } from './pose';
import type { Random } from './random';
import type { Vector } from './solid';
import { project, type View } from './visibility';

export interface Camera {
  readonly view: View;
  readonly right: Vector;
  readonly down: Vector;
  readonly viewer: Vector;
  /** Number of samples per scene unit. */
  readonly scale: number;
  /** Row of samples, from the top, on which the first mushroom stands. */
  readonly base: number;
}

/** Frames the group so that it fills most of the picture and is cut off at most a little. */
export function frame(group: Group, side: number, { uniform }: Random): Camera {
  const { actors, elevation } = group;
  const [c, s] = [cosine(elevation), sine(elevation)];
  const right: Vector = [1, 0, 0];
  const down: Vector = [0, -c, s];
  const viewer: Vector = [0, s, c];
  const unit: View = { across: [...right, 0], down: [...down, 0], near: [...viewer, 0] };
  let [left, far, top, low] = [1e9, -1e9, 1e9, -1e9];
  for (const { positions } of actors) {
    const p = project(positions, unit);
    for (let i = 0; i < p.length; i += 3) {
      if (positions[i + 1]! < -0.02) continue;
      left = Math.min(left, p[i]!);
      far = Math.max(far, p[i]!);
      top = Math.min(top, p[i + 1]!);
      low = Math.max(low, p[i + 1]!);
    }
  }
  const fill = side * uniform(0.8, 0.98);
  // A wide group may be cut off at the sides.
  const scale = Math.min((1.12 * fill) / (far - left), fill / (low - top));
  const slackX = side - scale * (far - left);
  const slackY = side - scale * (low - top);
  const x = slackX * uniform(0.3, 0.7) - scale * left;
  const y = slackY * uniform(0.3, 0.62) - scale * top;
  return {
    view: {
      across: [scale, 0, 0, x],
      down: [0, -c * scale, s * scale, y],
      near: [...viewer, 0],
    },
    right,
    down,
    viewer,
    scale,
    base: y,
  };
}
