import type { FoundPeers, Requirement } from './peers';

/** Display names of the peers, by their key in `results.json`. */
export const peerTitles = {
  pytorch: 'PyTorch',
  onnxruntime: 'ONNX Runtime',
  'onnxruntime-python': 'ONNX Runtime in Python',
  'tfjs-node': 'tfjs-node',
  'tfjs-wasm': 'tfjs wasm',
  'tfjs-chromium': 'tfjs wasm in Chromium',
  'tfjs-cpu': 'tfjs cpu',
  torchvision: "torchvision's DataLoader",
  'pytorch-grad-cam': 'pytorch-grad-cam',
  torchcam: 'torchcam',
  captum: 'captum',
  'scikit-learn': 'scikit-learn',
  reference: "the reference's loop in PyTorch",
  'pytorch-cached': 'PyTorch with cached features',
} as const;
export type PeerName = keyof typeof peerTitles;

/** Columns that run the same program, which may be ours, on another engine of tfjs. A bound without a peer does not mean them. */
export const engines: readonly PeerName[] = ['tfjs-node', 'tfjs-wasm', 'tfjs-chromium', 'tfjs-cpu'];

/** A program that implements the protocol of `contestant.ts`. */
export interface Command {
  /** `node` runs a file of `contestants/`, `python` one of `peers/`. */
  readonly language: 'node' | 'python';
  readonly file: string;
  readonly args?: readonly (string | number)[];
  /** The input line that requests one run. Default `run`. */
  readonly request?: string;
  /** Root of the checkout that contains the file. Default: this one. */
  readonly checkout?: string;
}

export const node = (file: string, ...args: (string | number)[]): Command => ({
  language: 'node',
  file,
  args,
});
export const python = (file: string, ...args: (string | number)[]): Command => ({
  language: 'python',
  file,
  args,
});

/** Folders that a row may use on this machine. */
export interface Place {
  /** An empty folder, which is removed after the row. */
  readonly folder: string;
  /** A folder with a folder of photographs for each class. */
  readonly photos: string;
  readonly found: FoundPeers;
}

export interface Peer {
  /** The program of the peer; or several ways to run it, by name, of which the best one counts. */
  readonly command: (place: Place) => Command | Ways;
  /** What the peer needs beside this repository. Without it, the peer is left out, which is announced. Default for Python: `torch`. */
  readonly needs?: Requirement;
}

/** Ways to run one peer, such as eager and compiled. */
interface Ways {
  readonly ways: Readonly<Record<string, Command>>;
}

/** A bound: ours has to be `relation` `factor` times the peer. */
export interface Bound {
  /** The peer. Default: the best peer of the row that is no engine of tfjs. */
  readonly peer?: PeerName;
  readonly relation: '<' | '<=' | '>=';
  readonly factor: number;
  /** Whether it is only a goal, which is not counted among the bounds. */
  readonly isGoal?: boolean;
}

/** One row of the table. */
export interface Row {
  readonly name: string;
  /** What one run computes, in one line for readers. */
  readonly measures: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** Bounds; empty if the row is only informative. */
  readonly bounds: readonly Bound[];
  /**
   * `seconds` (default): time of runs in a process that stays. `fresh`: seconds from the start of a process to its first
   * line. `memory`: maximum bytes that a new process and its children hold during one run.
   */
  readonly quantity?: 'seconds' | 'fresh' | 'memory';
  /** Converts seconds or bytes to `unit`. */
  readonly value: (measured: number) => number;
  readonly warmup: number;
  readonly rounds: number;
  /** Commands that make the files of the contestants, run one after another before these start. */
  readonly prepare?: (place: Place) => readonly Command[];
  readonly ours: (place: Place) => Command;
  readonly peers: Partial<Record<PeerName, Peer>>;
  /** Whether the row has no place in the table of bounds, and runs only if it is named. */
  readonly onlyByName?: boolean;
}
