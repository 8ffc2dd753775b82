import { lattice } from './noise';
import type { Solid, Vector } from './solid';
import { project, see, type View } from './visibility';

const side = 192;

/** Returns how much of the sun is visible from a point, 0 to 1. `salt` randomizes the soft edge. */
export type Shadow = (x: number, y: number, z: number, salt: number) => number;

/** Makes a shadow test from a depth map as seen from the sun. `softness` is the width of the penumbra, in scene units. */
export function shadows(all: readonly Solid[], sun: Vector, softness: number): Shadow {
  // Warts and drops cast no shadow, because it would not be worth the computing time.
  const solids = all.filter(solid => solid.triangles.length > 1000);
  const flat = Math.sqrt(sun[0] * sun[0] + sun[2] * sun[2]);
  const right: Vector = [sun[2] / flat, 0, -sun[0] / flat];
  const down: Vector = [
    -(sun[1] * right[2] - sun[2] * right[1]),
    -(sun[2] * right[0] - sun[0] * right[2]),
    -(sun[0] * right[1] - sun[1] * right[0]),
  ];
  const unit: View = { across: [...right, 0], down: [...down, 0], near: [...sun, 0] };
  let [left, top, reach] = [1e9, 1e9, 0];
  let [far, low] = [-1e9, -1e9];
  for (const { positions } of solids) {
    const p = project(positions, unit);
    for (let i = 0; i < p.length; i += 3) {
      left = Math.min(left, p[i]!);
      far = Math.max(far, p[i]!);
      top = Math.min(top, p[i + 1]!);
      low = Math.max(low, p[i + 1]!);
    }
  }
  reach = Math.max(far - left, low - top) * 1.02;
  const k = side / reach;
  const across = [right[0] * k, right[1] * k, right[2] * k, -left * k + 1] as const;
  const downwards = [down[0] * k, down[1] * k, down[2] * k, -top * k + 1] as const;
  const { nearness } = see(solids, { across, down: downwards, near: unit.near }, side);
  const spread = Math.max(1, softness * k);
  const bias = 2.5 / k;

  return (x, y, z, salt) => {
    const a = across[0] * x + across[1] * y + across[2] * z + across[3];
    const b = downwards[0] * x + downwards[1] * y + downwards[2] * z + downwards[3];
    const near = sun[0] * x + sun[1] * y + sun[2] * z + bias;
    let open = 0;
    const h = lattice(salt, 3, 77);
    const [hx, hy] = [h - 0.5, h * 64 - Math.floor(h * 64) - 0.5];
    for (let tap = 0; tap < 4; tap++) {
      const i = Math.floor(a + spread * ((tap & 1) - 0.5 + hx));
      const j = Math.floor(b + spread * ((tap >> 1) - 0.5 + hy));
      if (i < 0 || j < 0 || i >= side || j >= side || nearness[j * side + i]! <= near) open++;
    }
    return open / 4;
  };
}
