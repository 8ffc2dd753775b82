import { availableParallelism } from 'node:os';
import { compare, type OnRound } from '../runner/comparison';
import type { Machine } from '../runner/machine';
import { type Command, node, type Place, python } from '../runner/row';

/** One upper limit of this machine: the best of several rounds. */
interface Limit {
  readonly name: string;
  readonly unit: 'GFLOP/s' | 'GB/s';
  readonly threads: number;
  /** Best value by program. */
  readonly best: Readonly<Record<string, number>>;
}

/** The limits as saved in `limits.json`. */
export interface Limits {
  readonly limits: readonly Limit[];
  readonly date: string;
  readonly machine: Machine;
}

const side = 3072;
/** Size of each of two arrays; far more than the caches of a core hold. */
const megabytes = 1000;

interface Probe {
  readonly name: string;
  readonly unit: Limit['unit'];
  /** Billions of operations, or of bytes read and written. */
  readonly work: number;
  readonly commands: Readonly<Record<string, Command>>;
}

const product = (2 * side ** 3) / 1e9;
const probes: readonly Probe[] = [
  {
    name: `product of two matrices of ${side} x ${side}`,
    unit: 'GFLOP/s',
    work: product,
    commands: {
      'ONNX Runtime': node('matrix-product.ts', side),
      'PyTorch, OpenBLAS': python('limits_peer.py', 'product', side),
      'PyTorch, oneDNN (1 x 1 convolution)': python('limits_peer.py', 'convolution', side),
    },
  },
  {
    name: `copy of ${megabytes} MB, read and written`,
    unit: 'GB/s',
    work: (2 * megabytes) / 1e3,
    commands: {
      Node: node('memory-copy.ts', megabytes),
      PyTorch: python('limits_peer.py', 'copy', megabytes),
    },
  },
];

/** Measures the speed of plain arithmetic and of plain copying, with one thread and with all threads. */
export async function measureLimits(
  { found }: Place,
  machine: Machine,
  rounds: number,
  onRound: OnRound,
): Promise<Limits> {
  const limits: Limit[] = [];
  for (const { name, unit, work, commands } of probes)
    for (const threads of new Set([1, availableParallelism()])) {
      const how = { value: (seconds: number) => work / seconds, warmup: 2, rounds };
      const able = Object.entries(commands).filter(
        ([, { language }]) => language === 'node' || found.versions.torch,
      );
      const settings = { python: found.python, threads };
      const measured = await compare(how, Object.fromEntries(able), settings, (who, round) =>
        onRound(`${who}, ${threads} threads`, round),
      );
      const best = Object.fromEntries(
        Object.entries(measured).map(([who, { values }]) => [
          who,
          Number(Math.max(...values).toPrecision(4)),
        ]),
      );
      limits.push({ name, unit, threads, best });
    }
  return { limits, date: new Date().toISOString().slice(0, 10), machine };
}
