import { forTerminal } from '../run/names';
import { type Printer, printerTo } from './terminal/printer';

/** The work was stopped by Ctrl+C. */
class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/**
 * Runs the main function of a program. An error is printed as its message, without a stack trace, and the exit code is 1. Ctrl+C aborts the
 * signal, and the exit code is 130; the second Ctrl+C ends the process at once. `SHROOM_DEBUG=1` in the environment prints stack traces.
 *
 * @example
 * ```ts
 * await runProgram(async signal => {
 *   await train('photos', { signal });
 * });
 * ```
 */
export async function runProgram(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const printer = printerTo(process.stderr);
  const { signal, end } = stopOnCtrlC(printer);
  try {
    await main(signal);
  } catch (error) {
    const wrong = error instanceof Error ? error : new Error(String(error));
    const shown = signal.aborted ? (signal.reason as Error) : wrong;
    printer.say();
    printError(printer, shown, Boolean(process.env.SHROOM_DEBUG));
    process.exitCode = signal.aborted ? 130 : 1;
  } finally {
    end();
  }
}

/** Prints the message of an error, whose lines may contain names from data. */
export function printError(printer: Printer, { message, stack = '' }: Error, withStack = false) {
  const text = (withStack ? stack : message).split('\n').map(forTerminal).join('\n');
  printer.say(printer.paint('red', text));
}

/** Aborts a signal at the first Ctrl+C. The second one ends the process at once. */
export function stopOnCtrlC(printer: Printer): { readonly signal: AbortSignal; end(): void } {
  const stopping = new AbortController();
  const stop = () => {
    printer.say(`${printer.isTerminal ? '\n' : ''}Stopping. Press Ctrl+C again to end at once.`);
    stopping.abort(
      new StoppedError(
        'Interrupted. Downloads and computed results are kept; run the same command again to continue.',
      ),
    );
  };
  process.once('SIGINT', stop);
  return { signal: stopping.signal, end: () => void process.off('SIGINT', stop) };
}
