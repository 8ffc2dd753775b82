import { setTimeout as pause } from 'node:timers/promises';
import { imagesAtOnce } from '../network/extractor';
import { turn } from '../serving/turn';
import { requestError } from './errors';
import { type Job, jobOf } from './job';
import type { Opened, Opening } from './protocol';
import type { Outcome, Task } from './task';
import { type WorkerEvents, WorkerProcess } from './worker-process';

export interface PoolEvents {
  onBatch(photos: number): void;
  /** A process has ended unexpectedly. */
  onWorkerEnd(reason: string): void;
}

/** A job during which so many processes have ended is given up. */
const mostDeaths = 2;
/** Longest pause before a process is started again, in milliseconds. */
const longestPause = 30_000;

/** Processes that compute. Photos of all requests wait in one queue. A process that ends is replaced, and its photos are computed again. */
export class Pool {
  readonly #opening: Opening;
  readonly #seconds: number;
  readonly #events: PoolEvents;
  /** Processes that can compute. */
  readonly #ready = new Set<WorkerProcess>();
  readonly #starting = new Set<WorkerProcess>();
  #waiting: Job[] = [];
  #ids = 0;
  #scheduled = false;
  readonly #closing = new AbortController();

  private constructor(opening: Opening, seconds: number, events: PoolEvents) {
    this.#opening = opening;
    this.#seconds = seconds;
    this.#events = events;
  }

  /**
   * Starts the processes. The first one is awaited before the others start: it downloads what is missing, and fails first.
   *
   * @param seconds A process that gives no answer for so long is replaced.
   * @throws ServeError when a process cannot open the classifier.
   */
  static async open(
    count: number,
    opening: Opening,
    seconds: number,
    events: PoolEvents,
    signal?: AbortSignal,
  ): Promise<{ readonly pool: Pool; readonly opened: Opened }> {
    const pool = new Pool(opening, seconds, events);
    const stop = () => void pool.close();
    signal?.addEventListener('abort', stop);
    try {
      const opened = await pool.#start().opened;
      await Promise.all(Array.from({ length: count - 1 }, () => pool.#start().opened));
      return { pool, opened };
    } catch (error) {
      await pool.close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Number of photos that wait for a process. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Number of photos that processes have. */
  get computing(): number {
    return [...this.#ready].reduce((sum, { size }) => sum + size, 0);
  }

  /** Ids of the processes that can compute. */
  get pids(): number[] {
    return [...this.#ready].map(({ pid }) => pid!);
  }

  /**
   * Computes one task.
   *
   * @throws The reason of the signal when it is aborted.
   * @throws RequestError when processes ended while they computed the task.
   */
  run(task: Task, signal: AbortSignal): Promise<Outcome> {
    const { job, outcome } = jobOf(this.#ids++, task, signal);
    this.#waiting.push(job);
    this.#schedule();
    return outcome;
  }

  /** Ends the processes. Jobs that are not finished are rejected. */
  async close(): Promise<void> {
    this.#closing.abort();
    const all = [...this.#ready, ...this.#starting];
    await Promise.all(all.map(worker => worker.close()));
    for (const { failed } of this.#waiting.splice(0)) failed(ended());
  }

  #start(): WorkerProcess {
    let wasReady = false;
    const events: WorkerEvents = {
      onBatch: photos => this.#events.onBatch(photos),
      onRoom: () => this.#schedule(),
      onEnd: (reason, jobs) => {
        this.#ready.delete(worker);
        this.#starting.delete(worker);
        this.#takeBack(jobs);
        if (!wasReady || this.#closing.signal.aborted) return;
        this.#events.onWorkerEnd(reason);
        void this.#replace();
      },
    };
    const worker = new WorkerProcess(this.#opening, this.#seconds, events);
    this.#starting.add(worker);
    void worker.opened.then(
      () => {
        wasReady = true;
        this.#starting.delete(worker);
        this.#ready.add(worker);
        this.#schedule();
      },
      // A process that could not open the classifier but still runs.
      () => worker.close(),
    );
    return worker;
  }

  /** Starts a process, and again after a pause as long as it fails. */
  async #replace(): Promise<void> {
    for (let milliseconds = 500; !this.#closing.signal.aborted; ) {
      try {
        await this.#start().opened;
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#events.onWorkerEnd((error as Error).message);
      }
      await pause(milliseconds, undefined, { signal: this.#closing.signal }).catch(() => {});
      milliseconds = Math.min(2 * milliseconds, longestPause);
    }
  }

  /** Puts jobs of a process that has ended at the front of the queue. */
  #takeBack(jobs: readonly Job[]): void {
    const again = jobs.filter(({ settled }) => !settled);
    for (const job of again) job.deaths++;
    for (const { deaths, failed } of again) if (deaths >= mostDeaths) failed(ended());
    this.#waiting = [...again.filter(({ deaths }) => deaths < mostDeaths), ...this.#waiting];
    this.#schedule();
  }

  /** Distributes the waiting jobs soon. Waiting one turn of the event loop collects jobs that come together in one group. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    void turn().then(() => {
      this.#scheduled = false;
      this.#waiting = this.#waiting.filter(({ settled }) => !settled);
      while (this.#waiting.length > 0) {
        const [worker] = [...this.#ready].sort((a, b) => a.size - b.size);
        const count = worker ? this.#countFor(worker) : 0;
        if (count === 0) return;
        worker!.give(this.#waiting.splice(0, count));
      }
    });
  }

  /** How many of the waiting jobs the process with the fewest jobs gets now. */
  #countFor(worker: WorkerProcess): number {
    const idle = worker.size === 0;
    // A job that may have ended a process is computed alone, so that it cannot take others with it again.
    if (this.#waiting[0]!.deaths > 0) return idle ? 1 : 0;
    if (worker.hasSuspect) return 0;
    const suspect = this.#waiting.findIndex(({ deaths }) => deaths > 0);
    const count = suspect < 0 ? this.#waiting.length : suspect;
    if (idle) {
      const idlers = [...this.#ready].filter(({ size }) => size === 0).length;
      return Math.min(imagesAtOnce, Math.ceil(count / idlers));
    }
    // A busy process gets its next group early, so that it need not wait for it; but only a full group, which cannot grow any more.
    return worker.size <= imagesAtOnce && count >= imagesAtOnce ? imagesAtOnce : 0;
  }
}

const ended = () =>
  requestError(
    'worker-ended',
    'Two processes ended while they computed this photo, so it is given up. Send it smaller or in another format.',
  );
