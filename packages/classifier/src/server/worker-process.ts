import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { ServeError } from './errors';
import { type Job, promised } from './job';
import type { Opened, Opening, Order, Report } from './protocol';

export interface WorkerEvents {
  /** A batch was computed. */
  onBatch(photos: number): void;
  /** An outcome has arrived, so that there is room for further jobs. */
  onRoom(): void;
  /** The process has ended. @param jobs Jobs that it has not finished. */
  onEnd(reason: string, jobs: readonly Job[]): void;
}

/** Characters of a process's error output that are kept. */
const keptOutput = 2000;

/** One process that computes, as the server sees it. */
export class WorkerProcess {
  /** Resolves when the process can compute. Rejects with ServeError if it cannot. */
  readonly opened: Promise<Opened>;
  readonly #child: ChildProcess;
  readonly #events: WorkerEvents;
  readonly #jobs = new Map<number, Job>();
  readonly #ended = promised<void>();
  readonly #milliseconds: number;
  #watchdog: NodeJS.Timeout | undefined;
  #output = '';
  #silent = false;

  /** @param seconds A process that sends no outcome for so long, though it has jobs, is killed. */
  constructor(opening: Opening, seconds: number, events: WorkerEvents) {
    this.#events = events;
    this.#milliseconds = 1000 * seconds;
    const script = createRequire(import.meta.url).resolve('@shroom/classifier/server/worker');
    this.#child = fork(script, {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr!.on('data', (text: Buffer) => {
      this.#output = `${this.#output}${text}`.slice(-keptOutput);
    });
    const { promise, resolve, reject } = promised<Opened>();
    this.opened = promise;
    // Who waits for `opened` sees the failure; if nobody does, `onEnd` tells it.
    promise.catch(() => {});
    this.#child.on('message', (report: Report) => {
      if (report.kind === 'opened') resolve(report.opened);
      else if (report.kind === 'failed') reject(openingError(report));
      else if (report.kind === 'batch') events.onBatch(report.photos);
      else this.#computed(report);
    });
    const end = (reason: string) => {
      clearTimeout(this.#watchdog);
      reject(new ServeError(`A process that computes could not start: ${reason}`));
      const jobs = [...this.#jobs.values()];
      this.#jobs.clear();
      this.#ended.resolve();
      events.onEnd(reason, jobs);
    };
    this.#child.once('error', error => end(error.message));
    this.#child.once('exit', (code, signal) => end(this.#reasonOf(code, signal)));
    this.#send({ kind: 'open', opening });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Number of jobs that are not finished. */
  get size(): number {
    return this.#jobs.size;
  }

  /** Whether one of its jobs was being computed when another process ended. Such a job is computed alone. */
  get hasSuspect(): boolean {
    return [...this.#jobs.values()].some(({ deaths }) => deaths > 0);
  }

  give(jobs: readonly Job[]): void {
    if (this.#jobs.size === 0) this.#watch();
    for (const job of jobs) this.#jobs.set(job.id, job);
    this.#send({ kind: 'compute', tasks: jobs.map(({ id, task }) => ({ id, task })) });
  }

  /** Ends the process, which should have no jobs. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.#ended.promise;
    clearTimeout(killer);
  }

  #computed({ id, outcome }: Extract<Report, { kind: 'computed' }>): void {
    this.#watch();
    this.#jobs.get(id)?.done(outcome);
    this.#jobs.delete(id);
    if (this.#jobs.size === 0) clearTimeout(this.#watchdog);
    this.#events.onRoom();
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#silent = true;
      this.#child.kill('SIGKILL');
    }, this.#milliseconds);
  }

  #send(order: Order): void {
    // Without a connection the process is about to end, and `exit` returns its jobs.
    if (this.#child.connected) this.#child.send(order, () => {});
  }

  #reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#silent) return `it gave no answer for ${this.#milliseconds / 1000} seconds.`;
    const how = signal ? `it was ended by ${signal}.` : `it ended with exit code ${code}.`;
    return [how, this.#output.trim()].filter(Boolean).join(' It said: ');
  }
}

const openingError = ({ name, message }: { readonly name: string; readonly message: string }) =>
  new ServeError(`${name}: ${message}`);
