import { Threads } from './threads';

/** Threads, and memory of batches that are no longer in use. */
export interface Crew<T, R> {
  readonly threads: Threads<T, R>;
  readonly spare: ArrayBuffer[];
}

/** Crews that wait for the next epoch, by script and number of threads. */
const resting = new Map<
  string,
  { readonly crew: Crew<never, unknown>; readonly end: NodeJS.Timeout }
>();

/** Time that a crew waits, in milliseconds. */
const timeout = 10_000;

/** Returns a waiting crew, or a new one. Starting and warming up threads takes as long as hundreds of small photos. */
export function wake<T, R>(script: URL, most: number): Crew<T, R> {
  const key = keyOf(script, most);
  const found = resting.get(key);
  if (!found) return { threads: new Threads(script, most), spare: [] };
  clearTimeout(found.end);
  resting.delete(key);
  found.crew.threads.keepAlive(true);
  return found.crew as Crew<T, R>;
}

/** Keeps an idle crew for a while. It does not keep the program running. */
export async function rest<T, R>(crew: Crew<T, R>, script: URL, most: number): Promise<void> {
  const key = keyOf(script, most);
  // Keeps only one crew if two loops ran at the same time.
  if (resting.has(key)) return crew.threads.close();
  crew.threads.keepAlive(false);
  const end = setTimeout(() => {
    resting.delete(key);
    void crew.threads.close();
  }, timeout).unref();
  resting.set(key, { crew: crew as Crew<never, unknown>, end });
}

const keyOf = (script: URL, most: number) => `${most} ${script.href}`;
