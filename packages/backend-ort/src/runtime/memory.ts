/*
 * A training step frees gigabytes and allocates them again. Glibc, the C library of most Linux systems, returns freed
 * memory to the system, which has to clear and map it again page by page. This takes a fifth of the time of a ResNet50
 * step, and a third of that of a small head. Glibc can be told to keep the memory, by an environment variable before a
 * program starts or by a C call (`mallopt`), which the package `koffi` makes possible.
 */

/** Parameters of `mallopt`, from glibc's `malloc.h`. */
const trimThreshold = -1;
const mmapThreshold = -3;

/** Number of free bytes at the end of the heap that are kept: the maximum of an `int`. */
const keptBytes = 2 ** 31 - 1;
/** Blocks larger than this are returned to the system immediately. */
const largestBlock = 2 ** 30;
/** The threshold that glibc's own rule reaches after large blocks. */
const ownTrim = 64 * 2 ** 20;
const ownBlock = 32 * 2 ** 20;

interface ForeignFunctions {
  load(library: string): { func(declaration: string): (...values: number[]) => number };
}

/** How far the process may grow beyond the need of a run before free memory is returned to the system. */
const mostGrowth = 1.25;
const smallGrowth = 64 * 2 ** 20;

/** From this number of bytes of weights, free memory is returned to the system before a model is compiled. */
const largeModel = 16 * 2 ** 20;

/** Manages freed memory that stays in the process. */
export class KeptMemory {
  /** Maximum number of resident bytes after a run that began without kept memory. */
  #needed = 0;
  #trimmed = false;
  readonly #trim: () => void;
  readonly #resident: () => number;

  /**
   * @param trim Returns free memory to the system.
   * @param resident Returns the number of resident bytes of the process.
   */
  constructor(trim: () => void, resident: () => number = () => process.memoryUsage.rss()) {
    this.#trim = trim;
    this.#resident = resident;
  }

  /**
   * Call this before a model is compiled. Compiling takes several times the memory of the weights, in blocks of different
   * sizes from those that runs have freed.
   */
  beforeCompiling(weights: number): void {
    if (weights >= largeModel) this.#trim();
  }

  /**
   * Call this after a run. Glibc does not always reuse the blocks that it has freed. Then memory would grow with every run,
   * and is returned to the system.
   */
  afterRun(): void {
    const resident = this.#resident();
    if (this.#trimmed) this.#needed = Math.max(this.#needed, resident);
    this.#trimmed = resident > mostGrowth * this.#needed + smallGrowth;
    if (this.#trimmed) this.#trim();
  }
}

/**
 * Makes the process keep freed memory.
 *
 * @returns the manager of the kept memory, and a function that returns it to the system and restores the default of the C
 *   library.
 * @throws Error saying why this is impossible: not Linux, a C library other than glibc, or no `koffi`.
 */
export async function keepFreedMemory(): Promise<{ memory: KeptMemory; giveBack: () => void }> {
  if (process.platform !== 'linux') throw new Error(`${process.platform} has another C library`);
  // The name is not a literal, so that bundlers ignore it.
  const name = 'koffi';
  const loaded = (await import(/* @vite-ignore */ name)) as { default: ForeignFunctions };
  // Only glibc's file has this name.
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
