import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds between two looks. */
const interval = 100;

/**
 * The most memory that a process and its descendants hold at a time, looked at ten times a second. On Linux what several
 * processes share counts once (proportional set size), as forked workers share most of what they have; elsewhere it is the
 * sum of resident sizes.
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

  /** In bytes, so far. */
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
    // The parent is the second field after the name, which is in brackets.
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
  // Grows while it is walked: children of children come too.
  for (const member of members)
    for (const [pid, parent] of parents) if (parent === member) members.push(pid);
  return members;
}

/** A process may end between two reads. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
