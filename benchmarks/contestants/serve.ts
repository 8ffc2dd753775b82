import { createInterface } from 'node:readline';

/** What the runner pins for everybody. */
export const threads = Number(process.env.THREADS ?? 2);

/**
 * The protocol of `runner/contestant.ts`: says that it is ready, then times one run for each line of the input.
 *
 * @param run May measure itself and return `{ seconds, details }`.
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
