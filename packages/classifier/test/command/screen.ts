import { type Printer, printerTo } from '../../src/command/terminal/printer';

/** A stream that keeps what is written to it. */
export interface Screen {
  readonly printer: Printer;
  readonly text: () => string;
}

/** A terminal of some width, without colors; without a width, a pipe. */
export function screenOf(columns?: number): Screen {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const before = process.env.NO_COLOR;
  process.env.NO_COLOR = '1';
  const printer = printerTo(columns === undefined ? { write } : { write, columns, isTTY: true });
  if (before === undefined) delete process.env.NO_COLOR;
  else process.env.NO_COLOR = before;
  return { printer, text: () => text };
}
