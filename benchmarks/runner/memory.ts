import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds between two measurements. */
const interval = 100;

/**
 * The maximum memory that a process and its descendants hold at the same time, measured ten times a second. On Linux,
 * memory that several processes share counts once (proportional set size), because forked workers share most of their
 * memory. On other systems it is the sum of resident sizes.
 */
export class PeakMemory {
  readonly #root: number;
  readonly #timer: NodeJS.Timeout;
  #most = 0;

  constructor(root: number) {
    this.#root = root;
    this.#timer = setInterval(() => this.#look(), interval);
  }

  /** Stops watching. */
  end(): void {
    clearInterval(this.#timer);
  }

  /** Maximum so far, in bytes. */
  get most(): number {
    if (this.#most === 0) throw new Error('The process ended before its memory could be read.');
    return this.#most;
  }

  #look(): void {
    const bytes = process.platform === 'linux' ? proportional(this.#root) : resident(this.#root);
    this.#most = Math.max(this.#most, bytes);
  }
}

function proportional(root: number): number {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    // The parent is the second field after the name, which is in parentheses.
    const stat = read(`/proc/${entry}/stat`);
    parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  let bytes = 0;
  for (const pid of family(root, parents)) {
    const [, kilobytes = 0] = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`)) ?? [];
    bytes += 1024 * Number(kilobytes);
  }
  return bytes;
}

function resident(root: number): number {
  const parents = new Map<number, number>();
  const sizes = new Map<number, number>();
  const table = execFileSync('ps', ['-axo', 'pid=,ppid=,rss='], { encoding: 'utf8' });
  for (const line of table.trim().split('\n')) {
    const [pid = 0, parent = 0, kilobytes = 0] = line.trim().split(/\s+/).map(Number);
    parents.set(pid, parent);
    sizes.set(pid, 1024 * kilobytes);
  }
  return family(root, parents).reduce((sum, pid) => sum + (sizes.get(pid) ?? 0), 0);
}

function family(root: number, parents: ReadonlyMap<number, number>): number[] {
  const members = [root];
  // The list grows during the loop, so grandchildren are included.
  for (const member of members)
    for (const [pid, parent] of parents) if (parent === member) members.push(pid);
  return members;
}

/** Reads a file of a process, which may end between two reads. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
