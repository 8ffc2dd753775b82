import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PeakMemory } from './memory';
import type { Command } from './row';

/** A contestant's report of one run. */
export interface Answer {
  readonly seconds: number;
  /** Figures about its parts. */
  readonly details?: Readonly<Record<string, number>>;
  /** The classes that it predicts, which show whether contestants solve the same problem. */
  readonly classes?: readonly number[];
}

export interface Settings {
  readonly python: string | undefined;
  readonly threads: number;
}

const pinned = [
  'THREADS',
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'TF_NUM_INTRAOP_THREADS',
  'TF_NUM_INTEROP_THREADS',
];
const tuning = [
  'OPENBLAS_CORETYPE',
  'OPENBLAS_L2_SIZE',
  'MKL_DEBUG_CPU_TYPE',
  'ONEDNN_MAX_CPU_ISA',
];

/**
 * A program in a separate process, so that contestants do not share memory, garbage collection or threads. The program
 * writes a line when it is ready. Then, for each line of its input, it writes the seconds of one run, as a number or as an
 * `Answer` in JSON. When its input ends, it writes its peak memory in bytes.
 */
export class Contestant {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #command: Command;
  readonly #started = performance.now();
  #errors = '';

  constructor(command: Command, { python, threads }: Settings) {
    this.#command = command;
    const folder = command.language === 'python' ? 'peers' : 'contestants';
    const benchmarks = command.checkout
      ? join(command.checkout, 'benchmarks')
      : fileURLToPath(new URL('..', import.meta.url));
    const file = join(benchmarks, folder, command.file);
    // Plain JavaScript starts as its user would start it, without the TypeScript loader.
    const loader = command.file.endsWith('.ts') ? process.execArgv : [];
    const [program, before] =
      command.language === 'python' ? [python!, []] : [process.execPath, loader];
    const args = [...before, file, ...(command.args ?? []).map(String)];
    const env: NodeJS.ProcessEnv = { ...process.env };
    for (const name of pinned) env[name] = `${threads}`;
    // Peers run as their users run them: without settings that may have been made for another program.
    for (const name of tuning) delete env[name];
    this.#child = spawn(program, args, { env });
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', chunk => {
      this.#errors = (this.#errors + chunk).slice(-4000);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Waits until the program is ready. @returns seconds since its start. */
  async ready(): Promise<number> {
    await this.#line();
    return (performance.now() - this.#started) / 1000;
  }

  async run(): Promise<Answer> {
    this.#child.stdin.write(`${this.#command.request ?? 'run'}\n`);
    const answer = JSON.parse(await this.#line()) as number | Answer;
    return typeof answer === 'number' ? { seconds: answer } : answer;
  }

  /** Watches how much memory the program and its children hold, until it ends. */
  watch(): PeakMemory {
    return new PeakMemory(this.#child.pid!);
  }

  /** Closes the program's input. @returns the peak resident memory that it reports, in bytes. */
  async close(): Promise<number> {
    this.#child.stdin.end();
    const peak = Number(await this.#line());
    await this.exited();
    return peak;
  }

  /** Waits until the program ends. @throws Error when it fails. */
  async exited(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      await once(this.#child, 'close');
    if (this.#child.exitCode !== 0) throw this.#failure();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (!done) return value;
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    throw this.#failure();
  }

  #failure(): Error {
    const { file, args = [] } = this.#command;
    const { exitCode, signalCode } = this.#child;
    const last = this.#errors.trim().split('\n').slice(-8).join('\n');
    return new Error(
      `'${[file, ...args].join(' ')}' ended (${signalCode ?? `exit code ${exitCode}`}):\n${last}`,
    );
  }
}
