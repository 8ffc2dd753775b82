import type { HelpConfiguration } from 'commander';
import type { Printer } from './terminal/printer';
import { padEnd, widthOf, wrapped } from './terminal/wrap';

/** Descriptions stand beside their terms if the terminal has at least this many columns, and below them if not. */
const leastBeside = 72;
/** Columns of the terms that stand beside their descriptions. */
const termColumns = 26;
const shortTermColumns = 11;

/** Width of the help if the output is not a terminal. */
const plainWidth = 100;

/** The layout of `--help`: fits the terminal, and breaks lines between words only. */
export function helpLayout(printer: Printer): HelpConfiguration {
  const columns = helpColumns(printer);
  return {
    helpWidth: columns,
    styleTitle: title => printer.paint('bold', title),
    styleUsage: usage => wrapped(usage, columns - 7).join(`\n${' '.repeat(7)}`),
    boxWrap: (text, width) => wrapped(text, width).join('\n'),
    formatItem: (term, _, description) => item(term, description, columns),
  };
}

/** The width that the help may have. */
export const helpColumns = ({ columns }: Printer): number =>
  Number.isFinite(columns) ? columns : plainWidth;

/** A term, such as an option, with its description. */
function item(term: string, description: string, columns: number): string {
  if (description === '') return `  ${term}`;
  const isWide = columns >= leastBeside;
  // Names of verbs and arguments are short enough for narrow terminals.
  const beside = isWide ? termColumns : term.startsWith('-') ? 0 : shortTermColumns;
  const indent = beside === 0 ? 6 : beside + 4;
  const lines = wrapped(description, columns - indent);
  const rest = lines.join(`\n${' '.repeat(indent)}`);
  return widthOf(term) <= beside
    ? `  ${padEnd(term, beside)}  ${rest}`
    : `  ${term}\n${' '.repeat(indent)}${rest}`;
}
