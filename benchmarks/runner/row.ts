import type { FoundPeers } from './peers';

/** What stands beside ours in a row, by its key in `results.json`, and what people read. */
export const peerTitles = {
  pytorch: 'PyTorch',
  onnxruntime: 'ONNX Runtime',
  'tfjs-wasm': 'tfjs wasm',
  'tfjs-cpu': 'tfjs cpu',
  torchvision: "torchvision's DataLoader",
  'pytorch-grad-cam': 'pytorch-grad-cam',
  reference: "the reference's loop in PyTorch",
} as const;
export type PeerName = keyof typeof peerTitles;

/** A program that speaks the protocol of `contestant.ts`. */
export interface Command {
  /** `node` runs a file of `contestants/`, `python` one of `peers/`. */
  readonly language: 'node' | 'python';
  readonly file: string;
  readonly args?: readonly (string | number)[];
  /** The line that asks for one run. Default `run`. */
  readonly request?: string;
  /** Root of the checkout whose file it is. Default: this one. */
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

/** What a row may use on this machine. */
export interface Place {
  /** An empty folder, removed when the row is done. */
  readonly folder: string;
  /** A folder with a folder of photographs for each class. */
  readonly photos: string;
  readonly found: FoundPeers;
}

interface Peer {
  readonly command: (place: Place) => Command;
  /** Without it the peer is left out, which is announced. Python peers need `torch` in any case. */
  readonly needs?: keyof FoundPeers;
}

/** What is held against what: ours is `relation` `factor` times the peer. */
export interface Bound {
  /** Default: the best peer of the row. */
  readonly peer?: PeerName;
  readonly relation: '<' | '<=' | '>=';
  readonly factor: number;
}

/** One row of the table. */
export interface Row {
  readonly name: string;
  /** One line for people: what one run computes. */
  readonly measures: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** None where the row is there to be looked at only. */
  readonly bounds: readonly Bound[];
  /**
   * `seconds` (default) of runs in processes that stay; `fresh`: seconds from the start of a process to its first line;
   * `memory`: most bytes that a fresh process and its children hold during one run.
   */
  readonly quantity?: 'seconds' | 'fresh' | 'memory';
  /** From seconds or bytes to `unit`. */
  readonly value: (measured: number) => number;
  readonly warmup: number;
  readonly rounds: number;
  /** Run one after the other before the contestants start, to make the files that they read. */
  readonly prepare?: (place: Place) => readonly Command[];
  readonly ours: (place: Place) => Command;
  readonly peers: Partial<Record<PeerName, Peer>>;
  /** Beyond the table of bounds: runs only when it is named. */
  readonly onlyByName?: boolean;
}
