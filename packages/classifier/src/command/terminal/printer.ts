import { padEnd, widthOf, wrapped } from './wrap';

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
} as const;

/** A style of text on a terminal. */
export type Style = keyof typeof codes;

/** The part of a stream that a printer needs. */
export interface TextStream {
  readonly isTTY?: boolean;
  /** Width in characters, on a terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** Prints text for people to a stream. On a terminal, lines are wrapped between words. */
export interface Printer {
  /** Width of the terminal. Infinite if the stream is not a terminal. */
  readonly columns: number;
  readonly isTerminal: boolean;
  /** Colors a text, if the stream is a terminal and `NO_COLOR` is not set. */
  paint(style: Style, text: string): string;
  /** Prints lines. Without a text, an empty line. */
  say(text?: string): void;
  /** Prints a bold line after an empty one. */
  heading(text: string): void;
  /** Prints a name and a value beside it. */
  fact(name: string, value: string): void;
  warn(text: string): void;
  /** Writes a text unchanged. */
  write(text: string): void;
}

/** Columns from the left edge to the values of facts. */
const indent = 14;

/**
 * Makes a printer for a stream.
 *
 * @param options `silent` discards everything.
 * @example
 * ```ts
 * const { heading, fact } = printerTo(process.stdout);
 * heading('Test');
 * fact('accuracy', '81.2 %');
 * ```
 */
export function printerTo(
  stream: TextStream,
  { silent = false }: { readonly silent?: boolean } = {},
): Printer {
  const isTerminal = stream.isTTY === true;
  const isColored = isTerminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  const columns = () =>
    isTerminal ? Math.max(20, stream.columns ?? 80) : Number.POSITIVE_INFINITY;
  const paint = (style: Style, text: string) => {
    const [on, off] = codes[style];
    return isColored && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  };
  const write = (text: string) => {
    if (!silent) stream.write(text);
  };
  const hanging = (lead: string, text: string) => {
    const used = widthOf(lead);
    // Values below long names begin at the usual place again.
    const inner = Math.min(used, indent);
    const lines = wrapped(text, columns() - inner, used - inner);
    write(`${lead}${lines.join(`\n${' '.repeat(inner)}`)}\n`);
  };
  const say = (text = '') => write(`${wrapped(text, columns()).join('\n')}\n`);
  return {
    get columns() {
      return columns();
    },
    isTerminal,
    paint,
    say,
    heading: text => say(`\n${paint('bold', text)}`),
    fact: (name, value) => hanging(`  ${paint('dim', padEnd(name, indent - 3))} `, value),
    warn: text => hanging(`  ${paint('yellow', '!')} `, text),
    write,
  };
}
