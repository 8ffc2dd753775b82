/** Offsets of a position's eight neighbors in a grid. */
export const neighbors = [
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 0],
  [1, 1],
] as const;

/**
 * A symmetric system of linear equations over positions of a grid: a diagonal, minus the weights of those of
 * the eight neighbors that are unknown too.
 */
export interface GridSystem {
  readonly width: number;
  /** Position of each unknown, row by row. */
  readonly places: Int32Array;
  readonly diagonal: Float64Array;
  /** Index of the unknown at each of the eight neighbors; -1 if that neighbor is not an unknown. */
  readonly columns: Int32Array;
  readonly weights: Float64Array;
}

interface Level {
  readonly system: GridSystem;
  /** The unknown of the next level that each unknown belongs to. */
  readonly block: Int32Array;
}

/**
 * Builds the levels of a multigrid solver. Each level merges two by two positions of the level before, until only a few unknowns remain.
 */
export function levelsOf(finest: GridSystem): Level[] {
  const levels: Level[] = [];
  for (let system = finest; ; ) {
    const block = new Int32Array(system.places.length);
    const next = coarser(system, block);
    levels.push({ system, block });
    if (system.places.length <= 16 || next.places.length === system.places.length) return levels;
    system = next;
  }
}

function coarser({ width, places, diagonal, columns, weights }: GridSystem, block: Int32Array) {
  const half = Math.ceil(width / 2);
  const placeOf = (place: number) =>
    Math.floor(Math.floor(place / width) / 2) * half + Math.floor((place % width) / 2);
  const found = [...new Set(Array.from(places, placeOf))];
  const unknown = new Map(found.map((place, index) => [place, index]));
  places.forEach((place, i) => {
    block[i] = unknown.get(placeOf(place))!;
  });
  const next: GridSystem = {
    width: half,
    places: Int32Array.from(found),
    diagonal: new Float64Array(found.length),
    columns: new Int32Array(found.length * 8).fill(-1),
    weights: new Float64Array(found.length * 8),
  };
  for (let i = 0; i < places.length; i++) {
    const own = block[i]!;
    next.diagonal[own]! += diagonal[i]!;
    for (let k = i * 8; k < i * 8 + 8; k++) {
      if (columns[k]! < 0) continue;
      const other = block[columns[k]!]!;
      if (other === own) {
        next.diagonal[own]! -= weights[k]!;
        continue;
      }
      const [from, to] = [found[own]!, found[other]!];
      const down = Math.floor(to / half) - Math.floor(from / half);
      const across = (to % half) - (from % half);
      const slot = neighbors.findIndex(([y, x]) => y === down && x === across);
      next.columns[own * 8 + slot] = other;
      next.weights[own * 8 + slot]! += weights[k]!;
    }
  }
  return next;
}

/**
 * Solves the finest system by conjugate gradients, preconditioned by the coarser levels.
 *
 * @returns A solution whose residual has at most 1e-8 of the right side's length.
 */
export function solve(levels: readonly Level[], right: Float64Array): Float64Array {
  const { system } = levels[0]!;
  const solution = new Float64Array(right.length);
  const image = new Float64Array(right.length);
  const residual = right.slice();
  let helped = cycle(levels, 0, residual);
  let product = dot(residual, helped);
  const direction = helped.slice();
  const enough = 1e-16 * dot(right, right);
  for (let step = 0; step < 1000 && dot(residual, residual) > enough; step++) {
    multiply(system, direction, image);
    const stride = product / dot(direction, image);
    addScaled(solution, direction, stride);
    addScaled(residual, image, -stride);
    helped = cycle(levels, 0, residual);
    const before = product;
    product = dot(residual, helped);
    for (let i = 0; i < direction.length; i++)
      direction[i] = helped[i]! + (product / before) * direction[i]!;
  }
  return solution;
}

/** Runs one multigrid cycle through the levels: an approximate solution that is linear and symmetric in the right side. */
function cycle(levels: readonly Level[], depth: number, right: Float64Array): Float64Array {
  const { system, block } = levels[depth]!;
  const guess = new Float64Array(right.length);
  const last = depth === levels.length - 1;
  const rounds = last ? 20 : 1;
  for (let round = 0; round < rounds; round++) sweep(system, guess, right, 1);
  if (!last) {
    const image = new Float64Array(right.length);
    multiply(system, guess, image);
    const rest = new Float64Array(levels[depth + 1]!.system.places.length);
    for (let i = 0; i < guess.length; i++) rest[block[i]!]! += right[i]! - image[i]!;
    const coarse = cycle(levels, depth + 1, rest);
    // Each block has a single value, which cannot follow a slope, so the coarse correction is too small by
    // about half. The factor compensates for that.
    for (let i = 0; i < guess.length; i++) guess[i]! += 1.8 * coarse[block[i]!]!;
  }
  for (let round = 0; round < rounds; round++) sweep(system, guess, right, -1);
  return guess;
}

/**
 * A Gauss-Seidel sweep: each unknown is updated from the current values of its neighbors. A sweep forward
 * and one backward are symmetric together.
 */
function sweep(system: GridSystem, guess: Float64Array, right: Float64Array, way: 1 | -1): void {
  const { diagonal, columns, weights } = system;
  const count = guess.length;
  for (let i = 0; i < count; i++) {
    const row = way === 1 ? i : count - 1 - i;
    let total = right[row]!;
    for (let k = row * 8; k < row * 8 + 8; k++) {
      const column = columns[k]!;
      if (column >= 0) total += weights[k]! * guess[column]!;
    }
    guess[row] = total / diagonal[row]!;
  }
}

function multiply(system: GridSystem, vector: Float64Array, into: Float64Array): void {
  const { diagonal, columns, weights } = system;
  for (let row = 0; row < into.length; row++) {
    let total = diagonal[row]! * vector[row]!;
    for (let k = row * 8; k < row * 8 + 8; k++) {
      const column = columns[k]!;
      if (column >= 0) total -= weights[k]! * vector[column]!;
    }
    into[row] = total;
  }
}

function addScaled(into: Float64Array, vector: Float64Array, scale: number): void {
  for (let i = 0; i < into.length; i++) into[i]! += scale * vector[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
