import type { AnswerMessage, CallMessage, CallName, Calls, LoadProgress } from './calls';

interface Waiting {
  readonly done: (answer: never) => void;
  readonly failed: (error: Error) => void;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
}

interface CallOptions {
  /** An abort cancels a call that has not begun yet. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** Calls the worker from the page and returns promises of the answers. */
export class WorkerClient {
  readonly #worker = new Worker(new URL('./worker/worker.ts', import.meta.url), {
    type: 'module',
    name: 'explainer',
  });
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ended: Error | undefined;

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<AnswerMessage>) => {
      this.#hear(data);
    });
    this.#worker.addEventListener('error', ({ message }) => {
      this.#failAll(
        new Error(
          message || 'The worker, the part of the page that computes, could not be loaded.',
        ),
      );
    });
  }

  call<Name extends CallName>(
    name: Name,
    argument: Calls[Name]['argument'],
    options: CallOptions = {},
  ): Promise<Calls[Name]['answer']> {
    const { signal, onProgress } = options;
    const id = this.#next++;
    return new Promise((done, failed) => {
      const stopped = this.#ended ?? signal?.reason;
      if (stopped) {
        failed(stopped);
        return;
      }
      this.#waiting.set(id, { done, failed, onProgress });
      this.#worker.postMessage({ id, name, argument } satisfies CallMessage);
      signal?.addEventListener('abort', () => {
        if (!this.#waiting.delete(id)) return;
        this.#worker.postMessage({ id, canceled: true } satisfies CallMessage);
        failed(signal.reason);
      });
    });
  }

  /** Ends the worker. Unanswered calls fail. */
  end(): void {
    this.#worker.terminate();
    this.#ended = new DOMException('The worker was ended.', 'AbortError');
    this.#failAll(this.#ended);
  }

  #hear(message: AnswerMessage): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if ('progress' in message) {
      waiting.onProgress?.(message.progress);
      return;
    }
    this.#waiting.delete(message.id);
    if ('error' in message) {
      const error = new Error(message.error.message);
      error.name = message.error.name;
      waiting.failed(error);
    } else {
      waiting.done(message.answer as never);
    }
  }

  #failAll(error: Error): void {
    for (const { failed } of this.#waiting.values()) failed(error);
    this.#waiting.clear();
  }
}
