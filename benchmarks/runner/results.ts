import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Measurement, median } from './comparison';
import type { Machine } from './machine';
import type { Bound, PeerName, Row } from './row';

export type Spread = readonly [least: number, most: number];

export interface BoundResult extends Bound {
  readonly peer: PeerName;
  /** Our figure divided by that of this peer. */
  readonly ratio: number;
  readonly met: boolean;
}

/** One entry of `results.json`. */
export interface Result {
  readonly name: string;
  readonly unit: string;
  /** The median of the rounds. */
  readonly ours: number;
  readonly peers: Readonly<Partial<Record<PeerName, number>>>;
  /** Our figure divided by that of the best peer; null if there was no peer. */
  readonly ratio: number | null;
  readonly better: 'lower' | 'higher';
  readonly best: PeerName | null;
  /** Results of the bounds; empty if their peers were missing. */
  readonly bounds: readonly BoundResult[];
  readonly spread: { readonly ours: Spread; readonly peers: Readonly<Record<string, Spread>> };
  readonly rounds: number;
  /** Peak resident memory of each process in GB, if it ran all rounds. */
  readonly memory?: Readonly<Record<string, number>>;
  /** Medians of the figures that each contestant reported about its parts. */
  readonly details?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Date of the measurement. */
  readonly date: string;
  readonly machine: Machine;
}

export function resultOf(
  row: Row,
  measurements: Readonly<Record<string, Measurement>>,
  machine: Machine,
): Result {
  const { ours: own, ...others } = measurements;
  const peers: Partial<Record<PeerName, number>> = {};
  const spreads: Record<string, Spread> = {};
  for (const [name, { values }] of Object.entries(others)) {
    peers[name as PeerName] = rounded(median(values));
    spreads[name] = spreadOf(values);
  }
  const ours = rounded(median(own!.values));
  const best = bestOf(row, peers);
  const bounds = row.bounds.flatMap(({ peer, relation, factor }) => {
    const against = peer ?? best;
    const value = against && peers[against];
    if (!value) return [];
    const ratio = rounded(ours / value);
    return [{ peer: against, relation, factor, ratio, met: holds[relation](ratio, factor) }];
  });
  return {
    name: row.name,
    unit: row.unit,
    ours,
    peers,
    ratio: best ? rounded(ours / peers[best]!) : null,
    better: row.better,
    best,
    bounds,
    spread: { ours: spreadOf(own!.values), peers: spreads },
    rounds: row.rounds,
    ...collected('memory', measurements, ({ memory }) => memory && rounded(memory / 1e9)),
    ...collected('details', measurements, ({ details }) => details),
    date: new Date().toISOString().slice(0, 10),
    machine,
  };
}

const holds = {
  '<': (ratio: number, factor: number) => ratio < factor,
  '<=': (ratio: number, factor: number) => ratio <= factor,
  '>=': (ratio: number, factor: number) => ratio >= factor,
};

function bestOf(row: Row, peers: Readonly<Partial<Record<PeerName, number>>>): PeerName | null {
  const sign = row.better === 'lower' ? 1 : -1;
  const sorted = Object.entries(peers).sort(([, a], [, b]) => sign * (a - b));
  return (sorted[0]?.[0] as PeerName | undefined) ?? null;
}

/** Rounds to four digits; more digits would be noise. */
const rounded = (value: number): number => Number(value.toPrecision(4));
const spreadOf = (values: readonly number[]): Spread => [
  rounded(Math.min(...values)),
  rounded(Math.max(...values)),
];

function collected<K extends string, T>(
  key: K,
  measurements: Readonly<Record<string, Measurement>>,
  of: (measurement: Measurement) => T | undefined,
): { [key in K]?: Record<string, T> } {
  const entries = Object.entries(measurements).flatMap(([name, measurement]) => {
    const value = of(measurement);
    return value === undefined ? [] : [[name, value] as const];
  });
  return entries.length > 0 ? ({ [key]: Object.fromEntries(entries) } as never) : {};
}

/** The entries of a file; empty if the file does not exist. */
export function readEntries<T extends { readonly name: string }>(file: string): T[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T[]) : [];
}

/** Replaces the entry with the same name, in the order of the table, and writes the file immediately. */
export function keepEntry<T extends { readonly name: string }>(
  file: string,
  entry: T,
  order: readonly string[],
): void {
  const others = readEntries<T>(file).filter(({ name }) => name !== entry.name);
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const all = [...others, entry].sort((a, b) => place(a.name) - place(b.name));
  writeJson(file, all);
}

/** Writes to another name first, so that an interrupted write leaves the old file intact. */
export function writeJson(file: string, content: unknown): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(content, undefined, 2)}\n`);
  renameSync(`${file}.part`, file);
}
