import type { Command } from 'commander';
import type { Printer } from './terminal/printer';
import type { ProgressBars } from './terminal/progress-bars';

/** Everything that a verb needs besides its arguments. */
export interface Session {
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
  /** Whether the result is printed as JSON. */
  readonly json: boolean;
  /** Whether to print all findings, and the stack of an error. */
  readonly verbose: boolean;
  /** Prints progress and findings to standard error. Silent with `--quiet`. */
  readonly notes: Printer;
  /** Prints the result for people to standard output. Silent with `--json`. */
  readonly results: Printer;
  /** Progress bars on standard error. Silent with `--quiet`. */
  readonly bars: ProgressBars;
}

/** The outcome of a verb. */
export interface Outcome {
  /** The result for `--json`: plain data. */
  readonly result: object;
  /** Whether a part failed, such as one of several photos. The exit code is then 1. */
  readonly failed?: boolean;
}

/** One verb of the command, such as `predict`. */
export interface Verb<Options extends object = object> {
  /** Commands that the help shows. */
  readonly examples?: readonly string[];
  /** Adds arguments and options. Modules that take long to load are imported in `run`. */
  define(command: Command): void;
  /** @param args The operands, in order. */
  run(session: Session, args: readonly string[], options: Options): Promise<Outcome>;
}

/** An argument or option is wrong. The exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
