import type { OnProgress } from '../../progress';
import type { ShardPhoto } from '../photos';
import type { OpenPlan } from '../plan-file';
import type { PlannedWork } from '../schema';

/** What a worker needs besides the plan. */
export interface WorkPlace {
  /** Absolute path of the plan. */
  readonly plan: string;
  /** Folder of the shard. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
}

/** Rows of the photos of a block, in order. */
export interface Rows {
  /** One for each photo, with line ends. */
  readonly lines: readonly string[];
  /** Number of photos that could not be read. */
  readonly unread: number;
}

/** Computes the rows of photos. What a row holds depends on its photo alone, not on the others of its block. */
export interface Rower {
  rowsOf(photos: readonly ShardPhoto[], done: (photos: number) => void): Promise<Rows>;
  /** The engine and the machine, which may change the last bits. */
  readonly made: string;
  dispose(): Promise<void>;
}

/** The work of a plan of one kind. */
export type WorkOf<What extends PlannedWork['what']> = Extract<
  PlannedWork,
  { readonly what: What }
>;

/** Finished shards to be merged. */
export interface Merging {
  readonly plan: OpenPlan;
  /** Absolute path of the result. */
  readonly out: string;
  /** Where relative places of photos begin. */
  readonly root: string;
  /** Address of the classifier here, if it is not that of the plan. */
  readonly run: string | undefined;
  /** Folders of the shards, in order. */
  readonly folders: readonly string[];
  /** The rows of all shards in order, in pieces of any length. */
  rows(): AsyncGenerator<Buffer, void, undefined>;
  /** Called with the number of photos with the same bytes as one before them, if the work finds that out. */
  readonly onCopies: (copies: number) => void;
  readonly onProgress: OnProgress | undefined;
  readonly signal: AbortSignal | undefined;
}
