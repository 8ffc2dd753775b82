import type { Machine } from '../simd/machine';
import type { JpegHeader } from './header';
import type { ComponentPlan } from './plan';
import type { UnitReader } from './scan';

/**
 * Decodes the coded data and transforms it to samples, one row of blocks after another.
 *
 * @param coded Address of the coded data.
 * @param ends Where each interval of the data ends, in bytes.
 * @returns Whether the data was intact.
 */
export function readPlanes(
  { height, width, components, restartInterval }: JpegHeader,
  reader: UnitReader,
  coded: number,
  ends: readonly number[],
  plans: readonly ComponentPlan[],
  { routines, memory }: Machine,
): boolean {
  const luma = components[0]!;
  const across = Math.ceil(width / (8 * luma.across));
  const down = Math.ceil(height / (8 * luma.down));
  const length = restartInterval || across * down;
  if (ends.length !== Math.ceil((across * down) / length)) return false;
  const bytes = new Uint8Array(memory(0));
  plans.forEach(({ coefficients, blocks }, which) => {
    bytes.fill(0, coefficients, coefficients + components[which]!.down * blocks * 128);
  });
  for (let y = 0, unit = 0; y < down; y++) {
    for (let x = 0; x < across; ) {
      const interval = Math.floor(unit / length);
      const end = coded + ends[interval]!;
      if (unit % length === 0) reader.begin(interval ? coded + ends[interval - 1]! : coded);
      const last = Math.min(across, x + length - (unit % length));
      if (!reader.read(x, last, end)) return false;
      unit += last - x;
      x = last;
      if ((unit % length === 0 || unit === across * down) && !reader.hasEnded(end)) return false;
    }
    plans.forEach(({ side, blocks, address, row, coefficients, extents }, which) => {
      const rows = components[which]!.down;
      const transform = side === 8 ? routines.idct : routines.idctHalved;
      for (let v = 0; v < rows; v++) {
        const first = coefficients + v * blocks * 128;
        const target = address + (y * rows + v) * side * row;
        transform(first, first + blocks * 128, extents + v * blocks, target, row);
      }
    });
  }
  return true;
}
