/** 2 to the power of -32. */
const unit = 1 / 4294967296;
const [columns, rows] = [0x27d4eb2d, 0x165667b1];

function scatter(bits: number): number {
  let h = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Maps two integers and a seed to a pseudorandom number in [0, 1). */
export function lattice(x: number, y: number, seed: number): number {
  return scatter(Math.imul(x, columns) ^ Math.imul(y, rows) ^ seed) * unit;
}

/** Value noise in [0, 1): random at integer coordinates, smooth in between. */
export function noise(x: number, y: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  // The four corners are hashed; the products of their coordinates are computed only once.
  const left = Math.imul(ix, columns);
  const right = (left + columns) | 0;
  const top = Math.imul(iy, rows) ^ seed;
  const bottom = Math.imul(iy + 1, rows) ^ seed;
  const a = scatter(left ^ top);
  const c = scatter(left ^ bottom);
  const above = a + (scatter(right ^ top) - a) * sx;
  const below = c + (scatter(right ^ bottom) - c) * sx;
  return (above + (below - above) * sy) * unit;
}

/** Value noise around a circle: `turns` 0 and 1 give the same value. It has about `count` bumps per turn. */
export function ringNoise(turns: number, count: number, y: number, seed: number): number {
  const t = (turns - Math.floor(turns)) * count;
  const near = noise(t, y, seed);
  const seam = t - (count - 1);
  return seam <= 0 ? near : near + (noise(t - count, y, seed) - near) * seam;
}

/** Sum of three octaves of value noise, in [0, 1). */
export function cloud(x: number, y: number, seed: number): number {
  return (
    0.57 * noise(x, y, seed) +
    0.29 * noise(2.03 * x + 17.1, 2.03 * y - 9.2, seed + 1) +
    0.14 * noise(4.1 * x - 5.7, 4.1 * y + 31.4, seed + 2)
  );
}

/** The position of a point among randomly scattered cells. */
export interface Cell {
  /** Distance to the nearest center; cells are about 1 wide. */
  distance: number;
  /** How much farther away the second nearest center is: 0 on the walls between cells. */
  wall: number;
  /** A random number in [0, 1) that belongs to the nearest cell. */
  kind: number;
}

/**
 * Computes cellular noise and writes it into `cell`.
 *
 * @see Steven Worley, A Cellular Texture Basis Function, SIGGRAPH 1996.
 */
export function cells(x: number, y: number, seed: number, cell: Cell): void {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  let first = 9;
  let second = 9;
  let kind = 0;
  for (let j = iy - 1; j <= iy + 1; j++) {
    for (let i = ix - 1; i <= ix + 1; i++) {
      const a = lattice(i, j, seed);
      const b = a * 4096 - Math.floor(a * 4096);
      const dx = i + 0.12 + 0.76 * a - x;
      const dy = j + 0.12 + 0.76 * b - y;
      const d = dx * dx + dy * dy;
      if (d < first) {
        second = first;
        first = d;
        kind = a;
      } else if (d < second) second = d;
    }
  }
  cell.distance = Math.sqrt(first);
  cell.wall = Math.sqrt(second) - cell.distance;
  cell.kind = kind * 512 - Math.floor(kind * 512);
}
