import type { Engine } from '../engine/engine';
import { printCommand } from './terminal/command';
import type { Printer } from './terminal/printer';

/** Prints which engine computes, what it cannot do, and how to get a faster one. */
export function printEngine(printer: Printer, { name, reason, limit, faster }: Engine): void {
  printer.fact(name, reason);
  if (limit !== undefined) printer.warn(limit);
  if (!faster) return;
  printer.warn(faster.what);
  if (faster.command !== undefined) printCommand(printer, faster.command);
}
