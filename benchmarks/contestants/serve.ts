import { createInterface } from 'node:readline';

/** The number of threads that the runner sets for all contestants. */
export const threads = Number(process.env.THREADS ?? 2);

/**
 * Implements the protocol of `runner/contestant.ts`: reports that it is ready, then times one run for each line of the
 * input.
 *
 * @param run Runs once. It may measure its own time and return `{ seconds, details }`.
 */
export async function serve(
  run: () => Promise<undefined | { seconds: number; details?: Record<string, number> }>,
): Promise<never> {
  console.log(0);
  for await (const _ of createInterface({ input: process.stdin })) {
    const start = performance.now();
    const answer = await run();
    console.log(JSON.stringify(answer ?? (performance.now() - start) / 1000));
  }
  console.log(process.resourceUsage().maxRSS * 1024);
  process.exit(0);
}
