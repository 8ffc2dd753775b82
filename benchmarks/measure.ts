import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The Python that has PyTorch: that of Debian's `python3-torch`, or another by `PYTHON`. */
const python = process.env.PYTHON ?? '/usr/bin/python3';
const peer = (file: string) => fileURLToPath(new URL(`peers/${file}`, import.meta.url));
const torchPeer = 'torch_peer.py';

/** Writes a network of torchvision as an ONNX file, as one would who runs ONNX Runtime directly. */
export function exportOnnx(network: string, batch: number, size: number): string {
  const file = join(mkdtempSync(join(tmpdir(), 'onnx-')), `${network}.onnx`);
  execFileSync(python, [peer(torchPeer), network, 'export', `${batch}`, `${size}`, file], {
    stdio: 'ignore',
  });
  return file;
}

/** Something to be timed; one call is one measurement. */
export interface Job {
  readonly name: string;
  /** @returns the seconds it took when it measures itself, in another process. */
  run(): Promise<number | undefined>;
  /** Frees what it holds; another process ends. @returns its peak resident memory in bytes, where known. */
  close?(): Promise<number | undefined>;
}

/** A job of this process. */
export function job(name: string, run: () => Promise<void>): Job {
  return {
    name,
    run: async () => {
      await run();
      return undefined;
    },
  };
}

/** A job of a Python peer, which answers each line of its input, `request`, by the seconds that one run took. */
export async function pythonJob(
  name: string,
  args: readonly string[],
  file = torchPeer,
  request = 'run',
): Promise<Job> {
  const child = spawn(python, [peer(file), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<number> => Number((await lines.next()).value);
  await answer();
  return {
    name,
    run: () => {
      child.stdin.write(`${request}\n`);
      return answer();
    },
    close: async () => {
      child.stdin.end();
      const peak = await answer();
      await once(child, 'exit');
      return peak;
    },
  };
}

/**
 * Times jobs in alternating rounds, so that whatever else the machine does meets all of them, and prints medians and
 * the first job's ratio to each other.
 */
export async function compare(
  title: string,
  jobs: readonly Job[],
  { warmup = 4, rounds = 7 }: { warmup?: number; rounds?: number } = {},
): Promise<void> {
  const times = jobs.map((): number[] => []);
  for (let round = -warmup; round < rounds; round++) {
    for (const [i, { run }] of jobs.entries()) {
      const start = performance.now();
      const seconds = (await run()) ?? (performance.now() - start) / 1000;
      if (round >= 0) times[i]!.push(seconds);
    }
  }
  const medians = times.map(median);
  console.log(`\n${title} (median of ${rounds} alternating rounds)`);
  for (const [i, { name, close }] of jobs.entries()) {
    const list = times[i]!;
    const spread = `${format(Math.min(...list))} to ${format(Math.max(...list))}`;
    const ratio = i === 0 ? '' : `  first / this = ${(medians[0]! / medians[i]!).toFixed(2)}`;
    console.log(`  ${name.padEnd(36)} ${format(medians[i]!).padStart(9)}  (${spread})${ratio}`);
    const peak = await close?.();
    if (peak !== undefined) console.log(`  ${''.padEnd(36)} peak ${(peak / 1e9).toFixed(2)} GB`);
  }
  console.log(
    `  peak memory of this process ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`,
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function format(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}
