import { type Bar, printerTo, startBar } from '@shroom/classifier/command';

export { runProgram } from '@shroom/classifier/command';

/** Prints messages for people. They go to standard error, so that standard output holds only results. */
export const printer = printerTo(process.stderr);
export const { fact, heading, paint, say, warn } = printer;

/** A progress bar with rate and remaining time on a terminal; elsewhere one line after every tenth. */
export const progressBar = (label: string, unit: string): Bar => startBar(printer, label, unit);
