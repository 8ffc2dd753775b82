import type { Surface } from './surface';

/** The mask to which a solid belongs. A drop of milk belongs to the mushroom, but neither to the cap nor to the stem. */
export type Part = 'cap' | 'stem' | 'drop';

export type Vector = readonly [x: number, y: number, z: number];

/** A painted mesh. Lengths are in units of the cap's radius; y points up, z to the viewer. */
export interface Solid {
  readonly part: Part;
  readonly surface: Surface;
  /** `[vertices, 3]`, positions of the vertices in the scene. */
  readonly positions: Float32Array;
  /** `[vertices, 3]`, outward normals of length 1. */
  readonly normals: Float32Array;
  /** `[vertices, 5]`: u, v and the position before the solid was posed. */
  readonly coordinates: Float32Array;
  /** `[triangles, 3]`, indices of vertices. */
  readonly triangles: Int32Array;
  /** Whether the solid is visible from both sides, as a ring is. */
  readonly thin: boolean;
}

/** A solid with what the renderer needs to know about its figure. */
export interface Actor extends Solid {
  /** Scene units per cap radius. */
  readonly size: number;
}

export interface Grid {
  /** Number of steps along u; `columns` is the number around v. */
  readonly rows: number;
  readonly columns: number;
  /** Whether the sheet is visible from both sides. Default false. */
  readonly thin?: boolean;
  /** Whether the normals are reversed. Default false. */
  readonly inward?: boolean;
  /** Positions of the rows, as a function from [0, 1] to [0, 1]. Default: evenly spaced. */
  readonly spacing?: (share: number) => number;
}

/** Bends a grid of u in [0, 1] and v in [0, 1] into space. The normals are computed from differences between neighboring vertices. */
export function sheet(
  part: Part,
  surface: Surface,
  grid: Grid,
  point: (u: number, v: number) => Vector,
): Solid {
  const { rows, columns, thin = false, inward = false, spacing = t => t } = grid;
  const width = columns + 1;
  const count = (rows + 1) * width;
  const positions = new Float32Array(3 * count);
  const coordinates = new Float32Array(5 * count);
  for (let i = 0, at = 0; i <= rows; i++) {
    const u = spacing(i / rows);
    for (let j = 0; j <= columns; j++, at++) {
      const p = point(u, j / columns);
      positions[3 * at] = p[0];
      positions[3 * at + 1] = p[1];
      positions[3 * at + 2] = p[2];
      coordinates[5 * at] = u;
      coordinates[5 * at + 1] = j / columns;
      coordinates[5 * at + 2] = p[0];
      coordinates[5 * at + 3] = p[1];
      coordinates[5 * at + 4] = p[2];
    }
  }
  const normals = gridNormals(positions, rows, columns, inward ? -1 : 1);
  const triangles = new Int32Array(6 * rows * columns);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at += 6) {
      const a = i * width + j;
      triangles[at] = a;
      triangles[at + 1] = a + width;
      triangles[at + 2] = a + 1;
      triangles[at + 3] = a + 1;
      triangles[at + 4] = a + width;
      triangles[at + 5] = a + width + 1;
    }
  }
  return { part, surface, positions, normals, coordinates, triangles, thin };
}

/** Computes normals as cross products of the differences along the two directions; v is closed. */
function gridNormals(p: Float32Array, rows: number, columns: number, sign: number): Float32Array {
  const width = columns + 1;
  const normals = new Float32Array(p.length);
  for (let i = 0; i <= rows; i++) {
    const up = Math.max(i - 1, 0) * width;
    const down = Math.min(i + 1, rows) * width;
    // At the apex a circle shrinks to a point, so the next circle is used instead.
    const own = (i === 0 ? 1 : i) * width;
    for (let j = 0; j <= columns; j++) {
      const left = 3 * (own + (j === 0 ? columns - 1 : j - 1));
      const right = 3 * (own + (j === columns ? 1 : j + 1));
      const above = 3 * (up + j);
      const below = 3 * (down + j);
      const ax = p[below]! - p[above]!;
      const ay = p[below + 1]! - p[above + 1]!;
      const az = p[below + 2]! - p[above + 2]!;
      const bx = p[right]! - p[left]!;
      const by = p[right + 1]! - p[left + 1]!;
      const bz = p[right + 2]! - p[left + 2]!;
      const nx = by * az - bz * ay;
      const ny = bz * ax - bx * az;
      const nz = bx * ay - by * ax;
      const length = sign * Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-20);
      const at = 3 * (i * width + j);
      normals[at] = nx / length;
      normals[at + 1] = ny / length;
      normals[at + 2] = nz / length;
    }
  }
  return normals;
}

/** The three rows of a rotation matrix. */
export type Rotation = readonly [Vector, Vector, Vector];

/** Rotates a solid about the origin, scales it and moves it to `to`, in place. */
export function place(solid: Solid, rotation: Rotation, size: number, to: Vector): void {
  const { positions, normals } = solid;
  const [[ax, ay, az], [bx, by, bz], [cx, cy, cz]] = rotation;
  for (let i = 0; i < positions.length; i += 3) {
    const x = positions[i]!;
    const y = positions[i + 1]!;
    const z = positions[i + 2]!;
    positions[i] = size * (ax * x + ay * y + az * z) + to[0];
    positions[i + 1] = size * (bx * x + by * y + bz * z) + to[1];
    positions[i + 2] = size * (cx * x + cy * y + cz * z) + to[2];
    const nx = normals[i]!;
    const ny = normals[i + 1]!;
    const nz = normals[i + 2]!;
    normals[i] = ax * nx + ay * ny + az * nz;
    normals[i + 1] = bx * nx + by * ny + bz * nz;
    normals[i + 2] = cx * nx + cy * ny + cz * nz;
  }
}
