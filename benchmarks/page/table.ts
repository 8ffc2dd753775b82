import type { Machine } from '../runner/machine';
import {
  type BoundResult,
  bestWay,
  disagrees,
  isOpen,
  type Result,
  type Spread,
} from '../runner/results';
import { type PeerName, peerTitles, type Row } from '../runner/row';
import { figure, titleOf } from '../runner/terminal';
import { timesAs } from './ratios';

/**
 * The table of rows with bounds, or of rows without bounds.
 *
 * @param slow Peers of a row that are far from their known speed, with the share of a plain matrix product that they reach.
 */
export function mainTable(
  results: readonly Result[],
  rows: readonly Row[],
  slow: (result: Result) => Partial<Record<PeerName, number>> = () => ({}),
): string {
  const lines = results.map(result => {
    const { name, ours, unit, peers, bounds } = result;
    const measures = rows.find(row => row.name === name)?.measures;
    const far = slow(result);
    const beside = Object.entries(peers).map(([peer, value]) => {
      const share = far[peer as PeerName];
      const flag = share === undefined ? '' : ` ⚑ ${Math.round(100 * share)} %`;
      return `${titleOf(peer, bestWay(result, peer))} ${figure(value)}${flag}`;
    });
    const times = Object.entries(peers).map(([peer, value]) =>
      disagrees(result, peer) ? 'other answers' : `${figure(timesAs(result, value))} x`,
    );
    const cells = [
      `**${name}**${measures ? `<br>${measures}` : ''}`,
      `${figure(ours)} ${unit}`,
      beside.join('<br>'),
      times.join('<br>'),
      bounds.map(boundText).join('<br>'),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| what | Shroom | beside | ours is | bound on ours |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

const relations = { '<': 'less than', '<=': 'at most', '>=': 'at least' };

function boundText(result: BoundResult): string {
  const { peer, relation, factor, ratio, interval, met, isGoal } = result;
  const bound = `${isGoal ? 'goal: ' : ''}${relations[relation]} ${figure(factor)} times ${peerTitles[peer]}`;
  const range = interval ? ` (${interval.map(figure).join(' to ')})` : '';
  const verdict = met ? '✓ met' : isOpen(result) ? '**? open**' : '**✗ not met**';
  return `${bound}: ${figure(ratio)}${range}, ${verdict}`;
}

/** A table of the lowest and highest values of the rounds, and of the memory of processes that ran all rounds. */
export function spreadTable(results: readonly Result[]): string {
  const range = ([least, most]: Spread) => `${figure(least)} to ${figure(most)}`;
  const lines = results.flatMap(result => {
    const { name, unit, ours, peers, spread, memory, rounds, date } = result;
    const all = [
      ['ours', ours, spread.ours] as const,
      ...Object.entries(peers).map(([peer, value]) => [peer, value, spread.peers[peer]!] as const),
    ];
    return all.map(([who, value, own], index) => {
      const first = index === 0 ? [name, `${rounds}`, date] : ['', '', ''];
      const held = memory?.[who] ? `${memory[who].toFixed(2)} GB` : '';
      return `| ${first[0]} | ${titleOf(who, bestWay(result, who))} | ${figure(value)} ${unit} | ${range(own)} | ${held} | ${first[1]} | ${first[2]} |`;
    });
  });
  return [
    '| row | | median | least to most | peak memory | rounds | measured |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

interface Measured {
  readonly name?: string;
  readonly machine: Machine;
}

/** A list of the machines that the figures come from. For every machine but the first, it says what was measured there. */
export function machineText(figures: readonly Measured[]): string {
  const all = new Map<string, Measured[]>();
  for (const each of figures) {
    const key = JSON.stringify(each.machine);
    all.set(key, [...(all.get(key) ?? []), each]);
  }
  return [...all.values()]
    .map((measured, index) => {
      const { cpu, cores, threads, memory, system, versions } = measured[0]!.machine;
      const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
      const names = measured.map(({ name }) => `\`${name}\``).join(', ');
      const there = index === 0 ? '' : ` Measured there: ${names}.`;
      return `- ${cpu}; ${cores} cores, ${threads} threads for every contestant; ${memory} GB of memory; ${system}; ${list.join(', ')}.${there}`;
    })
    .join('\n');
}
