/** Number of items that are processed at the same time. */
const atOnce = 16;

/**
 * Processes items as they arrive, several at a time, and yields the results in the order of the items. An abort also ends the wait for the
 * next item.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of until(signal, items)) {
      signal?.throwIfAborted();
      const result = work(item);
      // The result is awaited later, in order. Until then a failure must not count as an unhandled rejection.
      result.catch(() => {});
      running.push(result);
      if (running.length >= atOnce) yield await running.shift()!;
    }
    while (running.length > 0) {
      signal?.throwIfAborted();
      yield await running.shift()!;
    }
  } finally {
    await Promise.allSettled(running);
  }
}

/** Yields items until the signal is aborted. An abort throws its reason, even while the next item is awaited. */
async function* until<T>(
  signal: AbortSignal | undefined,
  items: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  if (!signal) return yield* items;
  signal.throwIfAborted();
  const iterator = items[Symbol.asyncIterator]();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Closing the stream is not awaited, because a hanging stream would block the caller.
    void iterator.return?.()?.catch(() => {});
  }
}
