import { Threads } from './threads';

/** Threads that wait for the next epoch, by script and number. */
const resting = new Map<
  string,
  { readonly threads: Threads<never, unknown>; readonly end: NodeJS.Timeout }
>();

/** How long threads wait, in milliseconds. */
const patience = 10_000;

/** Threads that rest, or new ones: to start them and to warm them up takes as long as hundreds of small photos. */
export function wake<T, R>(script: URL, most: number): Threads<T, R> {
  const key = keyOf(script, most);
  const found = resting.get(key);
  if (!found) return new Threads(script, most);
  clearTimeout(found.end);
  resting.delete(key);
  found.threads.keepAlive(true);
  return found.threads as Threads<T, R>;
}

/** Keeps threads that have nothing to do for a while; they do not keep the program running. */
export async function rest<T, R>(threads: Threads<T, R>, script: URL, most: number): Promise<void> {
  const key = keyOf(script, most);
  // One set of threads is enough, where two loops ran at the same time.
  if (resting.has(key)) return threads.close();
  threads.keepAlive(false);
  const end = setTimeout(() => {
    resting.delete(key);
    void threads.close();
  }, patience).unref();
  resting.set(key, { threads: threads as Threads<never, unknown>, end });
}

const keyOf = (script: URL, most: number) => `${most} ${script.href}`;
