import { Worker } from 'node:worker_threads';

/** What a thread answers to each task. */
export type Answer<R> =
  | { readonly result: R }
  | { readonly error: { readonly message: string; readonly sample?: string } };

interface Pending<T, R> {
  readonly task: T;
  /** What the task hands over instead of copying it. */
  readonly transfer: readonly ArrayBuffer[];
  resolve(result: R): void;
  reject(error: Error): void;
}

/** A thread could not do its task. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError';
  /** The sample that it was about, where it was about one. */
  readonly sample: string | undefined;

  constructor(message: string, sample?: string) {
    super(message);
    this.sample = sample;
  }
}

/** Worker threads that take tasks in the order in which they were given, one each at a time. */
export class Threads<T, R> {
  readonly #script: URL;
  readonly #most: number;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #busy = new Map<Worker, Pending<T, R>>();
  readonly #waiting: Pending<T, R>[] = [];
  #closed: Error | undefined;

  /** @param most Threads that run at once; each is started when there is work for it. */
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

  /** Ends the threads at once; what was not finished is rejected. */
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
      // Another thread takes its place, so that what waits is not stuck.
      if (!this.#closed) this.#assign();
    };
    worker.on('error', error => lose(`A thread broke down: ${error.message}`));
    worker.on('exit', code => lose(`A thread ended with exit code ${code}.`));
    return worker;
  }

  #give(worker: Worker, pending: Pending<T, R>): void {
    this.#busy.set(worker, pending);
    worker.postMessage(pending.task, pending.transfer);
  }

  /** What the thread was doing; it does nothing now. */
  #take(worker: Worker): Pending<T, R> | undefined {
    const pending = this.#busy.get(worker);
    this.#busy.delete(worker);
    return pending;
  }
}
