import type { Outcome, Task } from './task';

/** A task that was given to the pool, until its outcome is known. */
export interface Job {
  readonly id: number;
  readonly task: Task;
  /** How many processes have ended while they computed this task. */
  deaths: number;
  /** Whether nobody waits for the outcome any more. */
  settled: boolean;
  done(outcome: Outcome): void;
  failed(error: unknown): void;
}

/**
 * Makes a job and the promise of its outcome.
 *
 * @param signal Rejects the promise with the reason of the abort, and settles the job.
 */
export function jobOf(
  id: number,
  task: Task,
  signal: AbortSignal,
): { readonly job: Job; readonly outcome: Promise<Outcome> } {
  const { promise, resolve, reject } = promised<Outcome>();
  const settle = () => {
    job.settled = true;
    signal.removeEventListener('abort', abort);
  };
  const job: Job = {
    id,
    task,
    deaths: 0,
    settled: false,
    done: outcome => {
      settle();
      resolve(outcome);
    },
    failed: error => {
      settle();
      reject(error);
    },
  };
  const abort = () => job.failed(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);
  return { job, outcome: promise };
}

/** A promise with the functions that settle it. */
export function promised<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
