import { filledBar } from './filled';
import type { Printer } from './printer';
import { duration } from './words';
import { padEnd, widthOf } from './wrap';

/** State of a long work. */
export interface BarState {
  readonly done: number;
  /** `undefined` if it is not known yet. */
  readonly total: number | undefined;
  /** Units per second. */
  readonly rate: number;
  /** Remaining seconds. */
  readonly remaining: number;
  /** Additional information, such as the score of the last epoch. */
  readonly note: string;
}

/** A bar that is drawn again and again in the same line. */
export interface Bar {
  /** Shows progress whose rate was measured elsewhere. */
  show(state: BarState): void;
  /** Shows progress at the average rate since the bar was made. */
  update(done: number, total: number | undefined, note?: string): void;
  /** Leaves the bar as it is, and begins a new line. */
  stop(): void;
}

/** Shortest time between two drawings, in milliseconds. */
const between = 80;
/** Units between two lines without a terminal, if the total is not known. */
const stride = 1000;

/**
 * A progress bar with rate and remaining time on a terminal. Without a terminal, a line after each tenth of the work, or
 * after each thousand units if their number is not known.
 *
 * @param label What is done, in at most 11 characters.
 * @example
 * ```ts
 * const bar = startBar(printerTo(process.stderr), 'resizing', 'photos');
 * for (let done = 1; done <= 100; done++) bar.update(done, 100);
 * bar.stop();
 * ```
 */
export function startBar(printer: Printer, label: string, unit: string): Bar {
  const begin = Date.now();
  let drawn = 0;
  let told = 0;
  let last: BarState | undefined;
  const draw = (state: BarState) =>
    printer.write(`\r${barLine(printer, label, unit, state)}\u001b[K`);
  const show = (state: BarState) => {
    last = state;
    if (!printer.isTerminal) {
      const now = Math.floor(
        state.total === undefined ? state.done / stride : (10 * state.done) / state.total,
      );
      if (now === told) return;
      told = now;
      printer.say(plainLine(label, unit, state));
    } else if (Date.now() - drawn >= between) {
      drawn = Date.now();
      draw(state);
    }
  };
  return {
    show,
    update: (done, total, note = '') => {
      const rate = done / Math.max(0.001, (Date.now() - begin) / 1000);
      const remaining = ((total ?? Number.POSITIVE_INFINITY) - done) / rate;
      show({ done, total, rate, remaining, note });
    },
    stop: () => {
      if (!last || !printer.isTerminal) return;
      draw(last);
      printer.write('\n');
      last = undefined;
    },
  };
}

function plainLine(label: string, unit: string, state: BarState): string {
  const { done, total, note } = state;
  const { speed, left } = pace(unit, state);
  const share =
    total === undefined ? '' : `${String(Math.floor((100 * done) / (total || 1))).padStart(3)} %  `;
  const count = countOf(unit, state);
  return `  ${label.padEnd(11)} ${share}${count}  ${speed}  ${left}  ${note}`.trimEnd();
}

/** The line of a bar. Where the terminal is narrow, the less important parts are left out. */
export function barLine(printer: Printer, label: string, unit: string, state: BarState): string {
  const { done, total, note } = state;
  const { speed, left } = pace(unit, state);
  const lead = `  ${padEnd(label, 11)} `;
  if (total === undefined)
    return [`${lead}${countOf(unit, state)}`, speed, note].filter(Boolean).join('  ');
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const percent = `${String(Math.floor(100 * share)).padStart(3)} %`;
  // The last column stays empty, because some terminals begin a new line after it.
  let free = printer.columns - 1 - widthOf(lead) - widthOf(percent);
  const parts: Record<string, string> = {};
  const candidates = { count: countOf(unit, state), left, speed, note };
  const least = 10;
  for (const [name, text] of Object.entries(candidates)) {
    if (text === '' || free - widthOf(text) - 2 < least) continue;
    parts[name] = text;
    free -= widthOf(text) + 2;
  }
  const length = Math.max(4, Math.min(28, free - 1));
  const bar = filledBar(printer, share, length);
  const { count, left: remaining, speed: rate, note: more } = parts;
  return [`${lead}${bar} ${percent}`, count, rate, remaining, more].filter(Boolean).join('  ');
}

const countOf = (unit: string, { done, total }: BarState): string =>
  `${total === undefined ? done : `${done}/${total}`} ${unit}`;

function pace(unit: string, { done, total, rate, remaining }: BarState) {
  const speed = rate > 0 ? `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)} ${unit}/s` : '';
  const left = rate > 0 && total !== undefined && done < total ? `${duration(remaining)} left` : '';
  return { speed, left };
}
