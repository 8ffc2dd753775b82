import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, type Measurement, type OnRound } from '../runner/comparison';
import { Contestant, type Settings } from '../runner/contestant';
import type { Machine } from '../runner/machine';
import { median } from '../runner/median';
import type { Spread } from '../runner/results';
import { node, python } from '../runner/row';
import type { ListedNetwork } from './networks';

/** Images in one forward pass. */
const batch = 2;
const [warmup, rounds] = [2, 7];

/** Milliseconds an image. */
interface Time {
  readonly median: number;
  readonly spread: Spread;
}

/** The figures of one network. */
export interface NetworkFigures {
  readonly network: string;
  /** Side of the timed images. */
  readonly size: number;
  /** Number of weights, with a classifier of 1,000 classes. */
  readonly parameters: number;
  /** Number of channels of the last feature map or of the tokens. */
  readonly features: number;
  readonly parity: {
    readonly library: string;
    /** Side of the compared images. */
    readonly size: number;
    /** The largest difference as a share of the largest magnitude. */
    readonly difference: number;
  };
  readonly ort: Time;
  readonly onnxruntime: Time;
  /** Absent if it was never measured. */
  readonly pytorch?: {
    readonly median: number;
    /** The faster one of the two. */
    readonly way: 'eager' | 'channels last';
    readonly version: string;
  };
  /** Peak memory of the process with the engine `ort`, in bytes. */
  readonly memory: number;
  /** Average number of programs that ran on the machine in the last minute, these ones included. Much more than its cores spoils times. */
  readonly load: number;
  readonly rounds: number;
  readonly date: string;
  readonly machine: Machine;
}

export interface MeasureOptions {
  readonly machine: Machine;
  /** The Python that has torch, torchvision and timm. Without it, the times of PyTorch stay as they are, if they are of this processor. */
  readonly python: string | undefined;
  /** Figures that were measured before. */
  readonly earlier: NetworkFigures | undefined;
  readonly onRound: OnRound;
}

/** Compares a network with its committed figures, then times it in turns with its ONNX file and with PyTorch. */
export async function measureNetwork(
  listed: ListedNetwork,
  { machine, python: program, earlier, onRound }: MeasureOptions,
): Promise<NetworkFigures> {
  const { network, size, peer, reference } = listed;
  const settings: Settings = { python: program, threads: machine.threads };
  const folder = await mkdtemp(join(tmpdir(), 'shroom-networks-'));
  try {
    const file = join(folder, `${network}.onnx`);
    onRound('facts', -warmup - 1);
    const { difference, parameters, features } = await factsOf(listed, file, settings);
    const commands = {
      ours: node('zoo-forward.ts', network, batch, size),
      onnxruntime: node('exported.ts', file, batch, size),
      ...(program && { pytorch: python('zoo_peer.py', ...peer, batch, size) }),
    };
    const row = { value: (seconds: number) => (1000 * seconds) / batch, warmup, rounds };
    const found = await compare(row, commands, settings, onRound);
    // A time of another machine would be a multiple of nothing.
    const before = earlier?.machine.cpu === machine.cpu ? earlier.pytorch : undefined;
    const pytorch = program ? fasterOf(found.pytorch!, machine) : before;
    return {
      ...{ network, size, parameters: parameters!, features: features! },
      parity: {
        library: reference.library,
        size: reference.size,
        difference: difference!,
      },
      ort: timeOf(found.ours!.values),
      onnxruntime: timeOf(found.onnxruntime!.values),
      ...(pytorch && { pytorch }),
      memory: found.ours!.memory!,
      load: loadavg()[0]!,
      rounds,
      date: new Date().toISOString().slice(0, 10),
      machine,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function factsOf({ network, size }: ListedNetwork, file: string, settings: Settings) {
  const contestant = new Contestant(node('zoo-facts.ts', network, size, file), settings);
  try {
    await contestant.ready();
    const { details = {} } = await contestant.run();
    await contestant.close();
    return details;
  } catch (error) {
    contestant.kill();
    throw error;
  }
}

const timeOf = (values: readonly number[]): Time => ({
  median: median(values),
  spread: [Math.min(...values), Math.max(...values)],
});

function fasterOf({ values, details }: Measurement, { versions }: Machine) {
  const eager = median(values);
  const channelsLast = (1000 * details!.channelsLast!) / batch;
  const version = versions.torch!;
  return channelsLast < eager
    ? ({ median: channelsLast, way: 'channels last', version } as const)
    : ({ median: eager, way: 'eager', version } as const);
}
