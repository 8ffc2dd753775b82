import type { EngineName } from '../engine/names';
import type { Outcome, Task } from './task';

/** What a process that computes needs to begin. */
export interface Opening {
  readonly run: string;
  readonly engine?: EngineName | 'auto';
  readonly weights?: readonly string[];
  /** Photos with more pixels are refused. */
  readonly mostPixels: number;
  /** Number of threads of the engine `ort`. 0: as many as there are processors. */
  readonly threads: number;
}

/** What a process says about itself once it can compute. */
export interface Opened {
  readonly title: string;
  readonly classes: readonly string[];
  readonly engine: string;
  /** How its networks compute, such as `float32` or `int8`. */
  readonly precision: string;
  /** Says that it computes in 32 bits, and was trained in int8. */
  readonly fallback?: string;
  /** The license of each network's weights. */
  readonly licenses: readonly { readonly of: string; readonly license: string }[];
}

/** A task with the number under which its result is returned. */
interface NumberedTask {
  readonly id: number;
  readonly task: Task;
}

/** From the server to a process. */
export type Order =
  | { readonly kind: 'open'; readonly opening: Opening }
  | { readonly kind: 'compute'; readonly tasks: readonly NumberedTask[] };

/** From a process to the server. */
export type Report =
  | { readonly kind: 'opened'; readonly opened: Opened }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }
  | { readonly kind: 'batch'; readonly photos: number }
  | { readonly kind: 'computed'; readonly id: number; readonly outcome: Outcome };
