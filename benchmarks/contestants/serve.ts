import { createInterface } from 'node:readline';
import type { Answer } from '../runner/contestant';

/** The number of threads that the runner sets for all contestants. */
export const threads = Number(process.env.THREADS ?? 2);

interface ServeOptions {
  /** Peak memory in bytes, 0 if it is not known. Default: that of this process. */
  readonly peak?: () => number;
  /** Called before the process ends. */
  readonly end?: () => Promise<unknown>;
}

/**
 * Implements the protocol of `runner/contestant.ts`: reports that it is ready, then times one run for each line of the
 * input.
 *
 * @param run Runs once. It may measure its own time and return an `Answer`.
 */
export async function serve(
  run: () => Promise<undefined | Answer>,
  { peak = () => process.resourceUsage().maxRSS * 1024, end }: ServeOptions = {},
): Promise<never> {
  console.log(0);
  for await (const _ of createInterface({ input: process.stdin })) {
    const start = performance.now();
    const answer = await run();
    console.log(JSON.stringify(answer ?? (performance.now() - start) / 1000));
  }
  console.log(peak());
  await end?.();
  process.exit(0);
}
