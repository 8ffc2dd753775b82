import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, type Measurement } from './comparison';
import { intervalOfMedian, median } from './median';
import type { Row } from './row';
import type { RunOptions } from './run';

/** Comparison of this checkout with another one. A ratio below 1 means that this one is faster. */
export interface Change {
  readonly name: string;
  readonly unit: string;
  /** Median times in the row's unit; `now` is this checkout. */
  readonly now: number;
  readonly before: number;
  readonly pairs: number;
  /** Median of the ratios of all pairs. */
  readonly ratio: number;
  /** 95 % interval of the median ratio. */
  readonly interval: readonly [low: number, high: number];
}

/**
 * Measures a row's own contestant in this checkout and in another one, alternating. The processes are started again a few
 * times, because the location of a process's memory can matter more than the change.
 *
 * @param checkout Root of the other checkout, which is set up and built.
 * @param pairs Total number of rounds of both.
 */
export async function runAgainst(
  row: Row,
  checkout: string,
  pairs: number,
  { found, photos, machine, onRound }: RunOptions,
): Promise<Change> {
  const settings = { python: found.python, threads: machine.threads };
  const folder = await mkdtemp(join(tmpdir(), 'shroom-bench-'));
  try {
    const ours = row.ours({ folder, photos, found });
    const sittings: Record<string, Measurement>[] = [];
    for (let left = pairs; left > 0; left -= row.rounds) {
      const rounds = Math.min(row.rounds, left);
      const commands = { ours, before: { ...ours, checkout } };
      sittings.push(await compare({ ...row, rounds }, commands, settings, onRound));
    }
    const [now, before] = ['ours', 'before'].map(who =>
      sittings.flatMap(sitting => sitting[who]!.values),
    ) as [number[], number[]];
    const ratios = now.map((value, round) =>
      row.better === 'lower' ? value / before[round]! : before[round]! / value,
    );
    return {
      name: row.name,
      unit: row.unit,
      now: median(now),
      before: median(before),
      pairs,
      ratio: median(ratios),
      interval: intervalOfMedian(ratios),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
