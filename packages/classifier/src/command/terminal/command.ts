import type { Printer } from './printer';
import { wrapped } from './wrap';

/**
 * Prints a command that the user can copy, on a line of its own. Where it is too long for the terminal, a backslash continues it, so that no
 * part of it is run alone.
 */
export function printCommand(printer: Printer, command: string): void {
  const indent = ' '.repeat(4);
  const lines = wrapped(command, printer.columns - indent.length - 2);
  printer.say(lines.map(line => `${indent}${line}`).join(' \\\n'));
}
