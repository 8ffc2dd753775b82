import { styleText } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';

type Style = Parameters<typeof styleText>[0];

/** Prints a message for people. It goes to standard error, so that standard output holds only results. */
export const say = (text = ''): void => {
  process.stderr.write(`${text}\n`);
};

const colors = process.stderr.isTTY && !process.env.NO_COLOR;
export const paint = (style: Style, text: string): string =>
  colors ? styleText(style, text) : text;

export const heading = (text: string): void => say(`\n${paint('bold', text)}`);
export const fact = (name: string, value: string): void =>
  say(`  ${paint('dim', name.padEnd(11))} ${value}`);
export const warn = (text: string): void => say(`  ${paint('yellow', '!')} ${text}`);

/** A progress bar with rate and remaining time on a terminal; elsewhere one line after every tenth. */
export class Progress {
  readonly #label: string;
  readonly #unit: string;
  readonly #bar: SingleBar | undefined;
  readonly #begin = Date.now();
  #total = 0;
  #tenth = 0;

  constructor(label: string, unit: string) {
    this.#label = label;
    this.#unit = unit;
    if (!process.stderr.isTTY) return;
    const format = `  ${label.padEnd(11)} ${paint('green', '{bar}')} {percentage}%  {value}/{total} ${unit}  {rate}  {left} left  {note}`;
    this.#bar = new SingleBar(
      {
        format,
        barsize: 28,
        hideCursor: true,
        stream: process.stderr,
        clearOnComplete: false,
        autopadding: true,
      },
      Presets.rect,
    );
  }

  update(done: number, total: number, note = ''): void {
    const seconds = (Date.now() - this.#begin) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    this.show(done, total, { rate, remaining: (total - done) / rate, note });
  }

  /** @param speed Units per second and remaining seconds, if they were measured elsewhere. */
  show(
    done: number,
    total: number,
    speed: { readonly rate: number; readonly remaining: number; readonly note: string },
  ): void {
    const { rate, remaining, note } = speed;
    const shown = `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} ${this.#unit}/s`;
    const left = rate > 0 ? duration(remaining) : '...';
    if (this.#bar) {
      const payload = { rate: shown, left, note };
      if (this.#total === 0) this.#bar.start(total, done, payload);
      else this.#bar.update(done, payload);
      this.#total = total;
      return;
    }
    const tenth = Math.floor((10 * done) / total);
    if (tenth === this.#tenth) return;
    this.#tenth = tenth;
    say(
      `  ${this.#label.padEnd(11)} ${String(10 * tenth).padStart(3)}%  ${done}/${total} ${this.#unit}  ${shown}  ${left} left  ${note}`,
    );
  }

  stop(): void {
    if (this.#total > 0) this.#bar?.stop();
  }
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Runs a program. An error is printed as its message, without a stack trace; Ctrl+C stops the program cleanly. */
export async function runProgram(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => {
    interrupted.abort(
      new Error(
        'Interrupted. Downloads and computed results are kept; run the same command again to continue.',
      ),
    );
  });
  try {
    await main(interrupted.signal);
  } catch (error) {
    say(`\n${paint('red', error instanceof Error ? error.message : String(error))}`);
    if (process.env.SHROOM_DEBUG) say(error instanceof Error ? error.stack : '');
    process.exitCode = interrupted.signal.aborted ? 130 : 1;
  }
}
