import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

/** A server in a process of its own. */
export interface Served {
  readonly url: string;
  /** Resident memory of the server and its processes that compute, in bytes. */
  memory(): Promise<number>;
  close(): void;
}

export async function served(run: string, workers: number): Promise<Served> {
  const script = fileURLToPath(new URL('./served.ts', import.meta.url));
  const child = fork(script, [run, `${workers}`], { execArgv: ['--import', 'tsx'] });
  const { url, pids } = await new Promise<{ url: string; pids: number[] }>((resolve, reject) => {
    child.once('message', message => resolve(message as { url: string; pids: number[] }));
    child.once('exit', code => reject(new Error(`The server ended with exit code ${code}.`)));
  });
  return {
    url,
    memory: async () => {
      const sizes = await Promise.all(pids.map(residentBytes));
      return sizes.reduce((sum, bytes) => sum + bytes, 0);
    },
    close: () => child.disconnect(),
  };
}

/** Resident memory of a process, as Linux counts it. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]);
}

/** Figures of a load. */
export interface Load {
  /** Median latency in milliseconds. */
  readonly median: number;
  /** Latency that 99 of 100 requests stay below, in milliseconds. */
  readonly p99: number;
  /** Answers a second. */
  readonly rate: number;
}

/** Sends one photo again and again. @throws Error for an answer other than 200. */
export async function load(
  url: string,
  photo: Buffer,
  connections: number,
  amount: number,
): Promise<Load> {
  const start = performance.now();
  const { latency, non2xx, errors } = await autocannon({
    ...{ url: `${url}/predict?views=1`, method: 'POST', body: photo, connections, amount },
    headers: { 'content-type': 'image/jpeg' },
    timeout: 60,
  });
  const seconds = (performance.now() - start) / 1000;
  if (non2xx + errors > 0) throw new Error(`${non2xx} answers were not 200, and ${errors} failed.`);
  return { median: latency.p50, p99: latency.p99, rate: amount / seconds };
}
