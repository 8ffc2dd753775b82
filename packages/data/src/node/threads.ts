import { Worker } from 'node:worker_threads';

/** The answer of a thread to a task. */
export type Answer<R> =
  | { readonly result: R }
  | { readonly error: { readonly message: string; readonly sample?: string } };

interface Pending<T, R> {
  readonly task: T;
  /** Buffers in the task that are transferred instead of copied. */
  readonly transfer: readonly ArrayBuffer[];
  resolve(result: R): void;
  reject(error: Error): void;
}

/** A thread failed to do its task. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError';
  /** The sample that caused the failure, if there is one. */
  readonly sample: string | undefined;

  constructor(message: string, sample?: string) {
    super(message);
    this.sample = sample;
  }
}

/** Worker threads that take tasks in the given order, each one task at a time. */
export class Threads<T, R> {
  readonly #script: URL;
  readonly #most: number;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #busy = new Map<Worker, Pending<T, R>>();
  readonly #waiting: Pending<T, R>[] = [];
  #closed: Error | undefined;

  /** @param most Maximum number of threads. Each is started when there is work for it. */
  constructor(script: URL, most: number) {
    this.#script = script;
    this.#most = most;
  }

  run(task: T, transfer: readonly ArrayBuffer[] = []): Promise<R> {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, transfer, resolve, reject });
      this.#assign();
    });
  }

  /** Whether the threads keep the program running. */
  keepAlive(alive: boolean): void {
    for (const worker of this.#all) alive ? worker.ref() : worker.unref();
  }

  /** Ends the threads immediately, and rejects unfinished tasks. */
  async close(reason: Error = new ThreadError('The threads were closed.')): Promise<void> {
    this.#closed ??= reason;
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
    await Promise.all([...this.#all].map(worker => worker.terminate()));
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#idle.pop() ?? (this.#all.size < this.#most ? this.#start() : undefined);
      if (!worker) return;
      this.#give(worker, this.#waiting.shift()!);
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#script);
    this.#all.add(worker);
    worker.on('message', (answer: Answer<R>) => {
      const { resolve, reject } = this.#take(worker)!;
      this.#idle.push(worker);
      if ('result' in answer) resolve(answer.result);
      else reject(new ThreadError(answer.error.message, answer.error.sample));
      this.#assign();
    });
    const lose = (what: string) => {
      this.#all.delete(worker);
      const place = this.#idle.indexOf(worker);
      if (place >= 0) this.#idle.splice(place, 1);
      this.#take(worker)?.reject(this.#closed ?? new ThreadError(what));
      // A new thread replaces the failed one, so that waiting tasks are not stuck.
      if (!this.#closed) this.#assign();
    };
    worker.on('error', error => lose(`A thread failed: ${error.message}`));
    worker.on('exit', code => lose(`A thread ended with exit code ${code}.`));
    return worker;
  }

  #give(worker: Worker, pending: Pending<T, R>): void {
    this.#busy.set(worker, pending);
    worker.postMessage(pending.task, pending.transfer);
  }

  /** Removes the thread from the working ones, and returns the task that it was doing. */
  #take(worker: Worker): Pending<T, R> | undefined {
    const pending = this.#busy.get(worker);
    this.#busy.delete(worker);
    return pending;
  }
}
