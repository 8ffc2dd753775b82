import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Measurement, waySeparator } from './comparison';
import type { Machine } from './machine';
import { intervalOfMedian, median } from './median';
import { type Bound, engines, type PeerName, type Row } from './row';

export type Spread = readonly [least: number, most: number];

export interface BoundResult extends Bound {
  readonly peer: PeerName;
  /** Median over the rounds of our figure divided by that of this peer. */
  readonly ratio: number;
  /** 95 % interval of that median. */
  readonly interval?: Spread;
  /** Whether the bound holds in the whole interval. */
  readonly met: boolean;
}

/** Whether an interval contains its bound, so that more rounds would be needed for a verdict. */
export const isOpen = ({ interval, factor, met }: BoundResult): boolean =>
  !met && interval !== undefined && interval[0] <= factor && factor <= interval[1];

/** Smallest share of equal answers with which two contestants count as solving the same problem. Some answers are close to a tie. */
const leastAgreement = 0.99;

/** Whether a peer gives other answers than ours, so that its time says nothing. */
export const disagrees = ({ agreement }: Result, peer: string): boolean =>
  (agreement?.[peer] ?? 1) < leastAgreement;

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
  /** The medians of all ways to run a peer, if there are several. The peer's figure is the best of them. */
  readonly ways?: Readonly<Partial<Record<PeerName, Readonly<Record<string, number>>>>>;
  /** The share of answers that are the same as ours, of peers that give answers. */
  readonly agreement?: Readonly<Record<string, number>>;
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
  const { measured, ways } = bestWays(row, measurements);
  const { ours: own, ...others } = measured;
  const peers: Partial<Record<PeerName, number>> = {};
  const spreads: Record<string, Spread> = {};
  for (const [name, { values }] of Object.entries(others)) {
    peers[name as PeerName] = rounded(median(values));
    spreads[name] = spreadOf(values);
  }
  const ours = rounded(median(own!.values));
  const best = bestOf(row, peers);
  const agreement = agreements(own!.classes, others);
  const bounds = row.bounds.flatMap(({ peer, ...bound }) => {
    const against = peer ?? bestOf(row, withoutEngines(peers));
    const theirs = against && others[against]?.values;
    if (!theirs || (agreement[against] ?? 1) < leastAgreement) return [];
    const ratios = own!.values.map((value, round) => value / theirs[round]!);
    const [low, high] = intervalOfMedian(ratios).map(rounded) as [number, number];
    const met = [low, high].every(end => holds[bound.relation](end, bound.factor));
    const ratio = rounded(median(ratios));
    return [{ peer: against, ...bound, ratio, interval: [low, high] as const, met }];
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
    ...(Object.keys(ways).length > 0 && { ways }),
    ...(Object.keys(agreement).length > 0 && { agreement }),
    rounds: row.rounds,
    ...collected('memory', measured, ({ memory }) => memory && rounded(memory / 1e9)),
    ...collected('details', measured, ({ details }) => details),
    date: new Date().toISOString().slice(0, 10),
    machine,
  };
}

/** The shares of answers that peers have in common with ours. */
function agreements(
  ours: readonly number[] | undefined,
  peers: Readonly<Record<string, Measurement>>,
): Record<string, number> {
  const entries = Object.entries(peers).flatMap(([name, { classes }]) => {
    if (!ours || !classes) return [];
    const same = ours.filter((answer, row) => answer === classes[row]).length;
    return [[name, rounded(same / Math.max(ours.length, classes.length))] as const];
  });
  return Object.fromEntries(entries);
}

/** Keeps the best way of each peer, under the peer's name. */
function bestWays(row: Row, measurements: Readonly<Record<string, Measurement>>) {
  const measured: Record<string, Measurement> = {};
  const ways: Partial<Record<PeerName, Record<string, number>>> = {};
  for (const [name, measurement] of Object.entries(measurements)) {
    const [peer = '', way] = name.split(waySeparator);
    const figure = median(measurement.values);
    if (way !== undefined) {
      ways[peer as PeerName] ??= {};
      ways[peer as PeerName]![way] = rounded(figure);
    }
    const before = measured[peer];
    const isBetter = (than: number) => (row.better === 'lower' ? figure < than : figure > than);
    if (!before || isBetter(median(before.values))) measured[peer] = measurement;
  }
  return { measured, ways };
}

/** The way to run a peer that was the best one, if there are several. */
export function bestWay({ better, ways }: Result, peer: string): string | undefined {
  const sign = better === 'lower' ? 1 : -1;
  const all = Object.entries(ways?.[peer as PeerName] ?? {});
  return all.sort(([, a], [, b]) => sign * (a - b))[0]?.[0];
}

/** The peers that are other libraries. */
const withoutEngines = (peers: Result['peers']): Result['peers'] =>
  Object.fromEntries(Object.entries(peers).filter(([name]) => !engines.includes(name as PeerName)));

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
