import type { Solid } from './solid';

/** An orthographic view of the scene. */
export interface View {
  /** Maps scene coordinates x, y, z to samples: matrix * position + offset. The third row is the nearness to the viewer. */
  readonly across: readonly [number, number, number, number];
  readonly down: readonly [number, number, number, number];
  readonly near: readonly [number, number, number, number];
}

/** For each sample of a square picture, which triangle is visible there, and at which of its points. */
export interface Visibility {
  readonly side: number;
  /** `[side, side]`, index of the solid, or -1. */
  readonly solid: Int16Array;
  readonly triangle: Int32Array;
  /** Barycentric weights of the triangle's second and third corner. */
  readonly second: Float32Array;
  readonly third: Float32Array;
  readonly nearness: Float32Array;
}

/** Finds the visible triangles with a depth buffer. The parts of a solid below `floor(x, z)` are in the ground and not visible. */
export function see(
  solids: readonly Solid[],
  view: View,
  side: number,
  floor?: (x: number, z: number) => number,
): Visibility {
  const seen: Visibility = {
    side,
    solid: new Int16Array(side * side).fill(-1),
    triangle: new Int32Array(side * side),
    second: new Float32Array(side * side),
    third: new Float32Array(side * side),
    nearness: new Float32Array(side * side).fill(-1e9),
  };
  solids.forEach((solid, index) => {
    rasterize(solid, index, view, seen, floor);
  });
  return seen;
}

function rasterize(
  { positions, normals, triangles, thin }: Solid,
  index: number,
  view: View,
  seen: Visibility,
  floor?: (x: number, z: number) => number,
): void {
  const { side, solid, triangle, second, third, nearness } = seen;
  const projected = project(positions, view);
  for (let t = 0; t < triangles.length; t += 3) {
    const i = 3 * triangles[t]!;
    const j = 3 * triangles[t + 1]!;
    const k = 3 * triangles[t + 2]!;
    // The far side of a closed solid is never visible. A margin keeps silhouettes complete.
    if (!thin && turned(normals, i, view) && turned(normals, j, view) && turned(normals, k, view)) {
      continue;
    }
    const ax = projected[i]!;
    const ay = projected[i + 1]!;
    const az = projected[i + 2]!;
    const ux = projected[j]! - ax;
    const uy = projected[j + 1]! - ay;
    const vx = projected[k]! - ax;
    const vy = projected[k + 1]! - ay;
    const area = ux * vy - uy * vx;
    if (area === 0) continue;
    const left = Math.max(0, Math.ceil(ax + Math.min(0, ux, vx) - 0.5));
    const right = Math.min(side - 1, Math.floor(ax + Math.max(0, ux, vx) - 0.5));
    const top = Math.max(0, Math.ceil(ay + Math.min(0, uy, vy) - 0.5));
    const bottom = Math.min(side - 1, Math.floor(ay + Math.max(0, uy, vy) - 0.5));
    if (left > right || top > bottom) continue;
    const inverse = 1 / area;
    const uz = projected[j + 2]! - az;
    const vz = projected[k + 2]! - az;
    for (let y = top; y <= bottom; y++) {
      const py = y + 0.5 - ay;
      for (let x = left; x <= right; x++) {
        const px = x + 0.5 - ax;
        const w1 = (px * vy - py * vx) * inverse;
        const w2 = (ux * py - uy * px) * inverse;
        if (w1 < 0 || w2 < 0 || w1 + w2 > 1) continue;
        const z = az + w1 * uz + w2 * vz;
        const at = y * side + x;
        if (z <= nearness[at]!) continue;
        if (floor) {
          const w0 = 1 - w1 - w2;
          const height = w0 * positions[i + 1]! + w1 * positions[j + 1]! + w2 * positions[k + 1]!;
          if (height < 0.25) {
            const sx = w0 * positions[i]! + w1 * positions[j]! + w2 * positions[k]!;
            const sz = w0 * positions[i + 2]! + w1 * positions[j + 2]! + w2 * positions[k + 2]!;
            if (height < floor(sx, sz)) continue;
          }
        }
        nearness[at] = z;
        solid[at] = index;
        triangle[at] = t;
        second[at] = w1;
        third[at] = w2;
      }
    }
  }
}

/** Whether the normal of a vertex points well away from the viewer. */
function turned(normals: Float32Array, i: number, { near }: View): boolean {
  return normals[i]! * near[0] + normals[i + 1]! * near[1] + normals[i + 2]! * near[2] < -0.3;
}

/** `[vertices, 3]`: samples across, samples down, nearness to the viewer. */
export function project(positions: Float32Array, { across, down, near }: View): Float32Array {
  const projected = new Float32Array(positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    const x = positions[i]!;
    const y = positions[i + 1]!;
    const z = positions[i + 2]!;
    projected[i] = across[0] * x + across[1] * y + across[2] * z + across[3];
    projected[i + 1] = down[0] * x + down[1] * y + down[2] * z + down[3];
    projected[i + 2] = near[0] * x + near[1] * y + near[2] * z + near[3];
  }
  return projected;
}
