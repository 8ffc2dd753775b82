import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, type Measurement, median } from './comparison';
import type { Row } from './row';
import type { RunOptions } from './run';

/** This checkout beside another: ratios of times, ours over theirs; below 1 this one is faster. */
export interface Change {
  readonly name: string;
  readonly unit: string;
  /** Medians, in the row's unit. */
  readonly now: number;
  readonly before: number;
  readonly pairs: number;
  /** Median of the pairs' ratios. */
  readonly ratio: number;
  /** 95 % interval of that median. */
  readonly interval: readonly [low: number, high: number];
}

/**
 * Measures a row's own contestant here and in another checkout, in turns. Fresh processes start a few times, since where a process
 * finds its memory can matter more than what changed.
 *
 * @param checkout Root of the other checkout, set up and built.
 * @param pairs Rounds of both in all.
 */
export async function runAgainst(
  row: Row,
  checkout: string,
  pairs: number,
  { found, photos, machine, onRound }: RunOptions,
): Promise<Change> {
  const settings = { python: found.torch?.python, threads: machine.threads };
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

/**
 * At least 95 % sure, whatever the distribution: between two of the sorted values. Fewer than six cannot be that sure, and
 * give the least and the most.
 */
export function intervalOfMedian(values: readonly number[]): [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  // The median lies below the k-th value with the chance that fewer than k of n coins show heads.
  let k = 0;
  let chance = 0.5 ** n;
  for (let below = chance; below <= 0.025 && k < n / 2; below += chance) {
    k++;
    chance *= (n - k + 1) / k;
  }
  const outermost = Math.max(0, k - 1);
  return [sorted[outermost]!, sorted[n - 1 - outermost]!];
}
