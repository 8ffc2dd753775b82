import type { NetworkCost } from '../limits/cost';
import type { Limits } from '../limits/measure';
import type { Result } from '../runner/results';
import { figure } from '../runner/terminal';
import { machineText } from './table';

/** One entry of `costs.json`. */
export interface CountedCost extends NetworkCost {
  readonly network: string;
  readonly size: number;
}

/** A table of the upper limits of the machine. */
export function limitsTable({ limits, date, machine }: Limits): string {
  const lines = limits.flatMap(({ name, unit, threads, best }) =>
    Object.entries(best).map(
      ([who, value]) => `| ${name} | ${who} | ${threads} | ${figure(value)} ${unit} |`,
    ),
  );
  return [
    '| what | by | threads | best of five |',
    '|---|---|---|---|',
    ...lines,
    '',
    `Measured ${date}:`,
    '',
    machineText([{ machine }]),
  ].join('\n');
}

/** A table of the cost of networks per image, counted from their layers. */
export function costsTable(costs: readonly CountedCost[]): string {
  const lines = costs.map(
    ({ network, size, gflop, weights, traffic, leastTraffic }) =>
      `| ${network} | ${size} | ${figure(gflop)} | ${figure(weights)} | ${figure(traffic)} | ${figure(leastTraffic)} | ${figure((1000 * gflop) / leastTraffic)} |`,
  );
  return [
    '| network | pixels | GFLOP an image | MB of weights | MB moved, every layer by itself | MB moved, products alone | FLOP a byte |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

export const best = (limits: Limits, unit: 'GFLOP/s' | 'GB/s'): number =>
  Math.max(
    ...limits.limits.filter(each => each.unit === unit).flatMap(each => Object.values(each.best)),
  );

/** A row with known arithmetic: which network, and how many forward passes. */
interface Counted {
  readonly network: string;
  /** Converts the row's figure to seconds per image. */
  readonly seconds: (value: number) => number;
  /** Number of forward passes with the same arithmetic per image; a training step counts as three. */
  readonly passes: number;
}

const counted: Readonly<Record<string, Counted>> = {
  'resnet50-forward-299': { network: 'resnet50', seconds: ms => ms / 1000, passes: 1 },
  'convnext-base-forward-299': { network: 'convnext_base', seconds: ms => ms / 1000, passes: 1 },
  'convnext-tiny-forward-299': { network: 'convnext_tiny', seconds: ms => ms / 1000, passes: 1 },
  'resnet50-train-step-299': { network: 'resnet50', seconds: s => s / 8, passes: 3 },
  'convnext-tiny-train-step-299': { network: 'convnext_tiny', seconds: s => s / 8, passes: 3 },
  'gradcam-resnet50-299': { network: 'resnet50', seconds: rate => 1 / rate, passes: 1 },
  'gradcam-convnext-base-299': { network: 'convnext_base', seconds: rate => 1 / rate, passes: 1 },
  'scorecam-resnet50-299': { network: 'resnet50', seconds: rate => 3600 / rate, passes: 2048 },
};

/** Whether a row is a forward pass of a counted network, and nothing else. */
export const isForwardPass = (row: string): boolean => row in counted && row.includes('-forward-');

export interface Distance {
  readonly name: string;
  /** Reached GFLOP/s by program. */
  readonly reached: Readonly<Record<string, number>>;
  /** Reached shares of the arithmetic limit. */
  readonly share: number;
}

/** GFLOP/s of every row that consists of matrix products and was measured on the processor of the limits. */
export function distances(
  results: readonly Result[],
  costs: readonly CountedCost[],
  limits: Limits,
): Distance[] {
  const most = best(limits, 'GFLOP/s');
  const { cpu, threads } = limits.machine;
  return results.flatMap(({ name, ours, peers, machine }) => {
    if (machine.cpu !== cpu || machine.threads !== threads) return [];
    const known = counted[name];
    const cost = costs.find(each => each.network === known?.network && each.size === 299);
    if (!known || !cost) return [];
    const rate = (value: number) => (known.passes * cost.gflop) / known.seconds(value);
    const reached = Object.fromEntries(
      Object.entries({ ours, ...peers }).map(([who, value]) => [who, rate(value)]),
    );
    return [{ name, reached, share: reached.ours! / most }];
  });
}

/** A table of the minimum time of each such row, by arithmetic and by memory, and how close ours is. */
export function distanceTable(
  results: readonly Result[],
  costs: readonly CountedCost[],
  limits: Limits,
): string {
  const [product, copy] = [best(limits, 'GFLOP/s'), best(limits, 'GB/s')];
  const lines = distances(results, costs, limits).map(({ name, reached, share }) => {
    const { network, passes } = counted[name]!;
    const cost = costs.find(each => each.network === network && each.size === 299)!;
    const arithmetic = (1000 * passes * cost.gflop) / product;
    const memory = (passes * cost.leastTraffic) / copy;
    const took = (1000 * passes * cost.gflop) / reached.ours!;
    const cells = [
      name,
      figure(arithmetic),
      figure(memory),
      figure(took),
      `${figure(reached.ours!)} GFLOP/s`,
      `${Math.round(100 * share)} %`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| row | products at full speed, ms an image | least traffic at full speed, ms | ours, ms | ours | of the limit |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
