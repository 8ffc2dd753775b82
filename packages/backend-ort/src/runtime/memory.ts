/*
 * A training step frees gigabytes and asks for them again. The C library of most Linux systems, glibc, gives freed memory back
 * to the system, which has to clear and map it anew, page by page: a fifth of the time of a ResNet50 step, a third of that of
 * a small head. It can be told to keep it, by the environment before a program starts or by a call of C (`mallopt`); for the
 * call there is the package `koffi`.
 */

/** Parameters of `mallopt`, from glibc's `malloc.h`. */
const trimThreshold = -1;
const mmapThreshold = -3;

/** Free bytes at the end of the memory that are kept: as many as an `int` can say. */
const keptBytes = 2 ** 31 - 1;
/** Larger blocks are the system's at once. */
const largestBlock = 2 ** 30;
/** What glibc's own rule comes to when it has seen large blocks. */
const ownTrim = 64 * 2 ** 20;
const ownBlock = 32 * 2 ** 20;

interface ForeignFunctions {
  load(library: string): { func(declaration: string): (...values: number[]) => number };
}

/** How far the process may grow beyond what a run needs before what is free goes back to the system. */
const mostGrowth = 1.25;
const smallGrowth = 64 * 2 ** 20;

/** Bytes of weights from which compiling a model is worth to begin with nothing kept. */
const largeModel = 16 * 2 ** 20;

/** Freed memory that stays with the process. */
export class KeptMemory {
  /** Most bytes that were resident after a run that had begun with nothing kept. */
  #needed = 0;
  #trimmed = false;
  readonly #trim: () => void;
  readonly #resident: () => number;

  /**
   * @param trim gives free memory to the system.
   * @param resident bytes that the process has.
   */
  constructor(trim: () => void, resident: () => number = () => process.memoryUsage.rss()) {
    this.#trim = trim;
    this.#resident = resident;
  }

  /**
   * To be called before a model is compiled, which takes several times the memory of its weights, in blocks of other sizes than
   * runs have freed.
   */
  beforeCompiling(weights: number): void {
    if (weights >= largeModel) this.#trim();
  }

  /**
   * To be called after a run. glibc does not always find the block again that it has freed: then memory would grow with the
   * runs, and is given back.
   */
  afterRun(): void {
    const resident = this.#resident();
    if (this.#trimmed) this.#needed = Math.max(this.#needed, resident);
    this.#trimmed = resident > mostGrowth * this.#needed + smallGrowth;
    if (this.#trimmed) this.#trim();
  }
}

/**
 * Has freed memory stay with the process.
 *
 * @returns what is kept, and a function that gives it back and lets the C library do as it likes.
 * @throws Error where it cannot be done, which says why: not Linux, another C library than glibc, or no `koffi`.
 */
export async function keepFreedMemory(): Promise<{ memory: KeptMemory; giveBack: () => void }> {
  if (process.platform !== 'linux') throw new Error(`${process.platform} has another C library`);
  // Not a literal, so that bundlers leave it alone.
  const name = 'koffi';
  const loaded = (await import(/* @vite-ignore */ name)) as { default: ForeignFunctions };
  // glibc alone has this name.
  const libc = loaded.default.load('libc.so.6');
  const mallopt = libc.func('int mallopt(int param, int value)');
  const trim = libc.func('int malloc_trim(size_t pad)');
  const set = mallopt(mmapThreshold, largestBlock) === 1 && mallopt(trimThreshold, keptBytes) === 1;
  if (!set) throw new Error('glibc refused');
  const giveBack = () => {
    mallopt(mmapThreshold, ownBlock);
    mallopt(trimThreshold, ownTrim);
    trim(0);
  };
  return { memory: new KeptMemory(() => trim(0)), giveBack };
}
