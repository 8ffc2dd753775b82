import type { Machine } from '../simd/machine';
import type { JpegHeader } from './header';
import { BlockReader, type CodedData } from './scan';

/** The samples of one component in the vectors' memory. */
export interface Plane {
  /** Of the first sample. */
  readonly address: number;
  /** From one row to the next. */
  readonly row: number;
  /** Of what is picture, without what fills the last blocks. */
  readonly height: number;
  readonly width: number;
}

/** Where a component's samples and coefficients are. */
export interface ComponentPlan extends Plane {
  /** Samples of a block, across and down; where they are 4, they are means of 2 by 2. */
  readonly side: 8 | 4;
  /** Blocks in a row. */
  readonly blocks: number;
  /** Address of the coefficients of the rows of blocks that are read at once. */
  readonly coefficients: number;
}

/**
 * Reads the coded data and transforms it to samples, a row of blocks after the other.
 *
 * @param strip Address of room for a row of blocks at full size.
 * @returns Whether the data was sound.
 */
export function readPlanes(
  header: JpegHeader,
  { view, ends }: CodedData,
  plans: readonly ComponentPlan[],
  strip: number,
  { kernels, memory }: Machine,
): boolean {
  const { components, restartInterval } = header;
  const bytes = new Uint8Array(memory(0));
  const numbers = new Int16Array(bytes.buffer);
  const reader = new BlockReader(view);
  const luma = components[0]!;
  const [across, down] = [
    Math.ceil(header.width / (8 * luma.across)),
    Math.ceil(header.height / (8 * luma.down)),
  ];
  const intervals = restartInterval ? Math.ceil((across * down) / restartInterval) : 1;
  if (ends.length !== intervals) return false;
  const predecessors = [0, 0, 0];
  let interval = 0;
  const ended = () => {
    const left = ends[interval++]! - reader.position;
    return left >= 0 && left < 8;
  };
  for (const { coefficients, blocks } of plans) {
    bytes.fill(0, coefficients, coefficients + 2 * blocks * 128);
  }
  for (let y = 0, unit = 0; y < down; y++) {
    for (let x = 0; x < across; x++, unit++) {
      if (restartInterval && unit > 0 && unit % restartInterval === 0) {
        if (!ended()) return false;
        reader.position = ends[interval - 1]!;
        predecessors.fill(0);
      }
      for (let which = 0; which < 3; which++) {
        const component = components[which]!;
        const { coefficients, blocks } = plans[which]!;
        for (let v = 0; v < component.down; v++) {
          for (let h = 0; h < component.across; h++) {
            const offset = (coefficients >> 1) + (v * blocks + x * component.across + h) * 64;
            const dc = reader.read(component, numbers, offset, predecessors[which]!);
            if (dc === undefined) return false;
            predecessors[which] = dc;
          }
        }
      }
      if (reader.position > ends[interval]!) return false;
    }
    for (let which = 0; which < 3; which++) {
      const plan = plans[which]!;
      for (let v = 0; v < components[which]!.down; v++) {
        const first = plan.coefficients + v * plan.blocks * 128;
        const target = plan.address + (y * components[which]!.down + v) * plan.side * plan.row;
        const stripRow = plan.blocks * 8;
        if (plan.side === 8) {
          kernels.idct(first, first + plan.blocks * 128, target, plan.row);
        } else {
          kernels.idct(first, first + plan.blocks * 128, strip, stripRow);
          kernels.halve(strip, stripRow, target, plan.row, 4, stripRow >> 1);
        }
      }
    }
  }
  return ended();
}
