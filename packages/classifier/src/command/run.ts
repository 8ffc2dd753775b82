import { errorLine, resultLine } from './json';
import { type Call, parse } from './program';
import { printError, stopOnCtrlC } from './run-program';
import { printerTo } from './terminal/printer';
import { progressBars } from './terminal/progress-bars';
import { type Session, UsageError } from './verb';

/**
 * Runs the command.
 *
 * @param args The arguments without Node and the name of the program.
 * @returns The exit code: 0, 1 if something failed, 2 if the arguments are wrong, 130 if Ctrl+C stopped it.
 */
export async function runShroom(args: readonly string[]): Promise<number> {
  // A pipe such as `| head` may close early.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const [out, err] = [printerTo(process.stdout), printerTo(process.stderr)];
  const call = await parse(args, out);
  if ('args' in call) return runVerb(call);
  const { kind, text, verb } = call;
  if (kind === 'wrong') return fail(new UsageError(text), { json: args.includes('--json'), verb });
  (kind === 'asked' ? out : err).write(text);
  return kind === 'asked' ? 0 : 2;
}

async function runVerb({ name, verb, args, options }: Call): Promise<number> {
  const { json = false, quiet = false, verbose = false, ...own } = options;
  const notes = printerTo(process.stderr, { silent: quiet });
  const { signal, end } = stopOnCtrlC(notes);
  const session: Session = {
    ...{ json, verbose, notes, signal, bars: progressBars(notes) },
    results: printerTo(process.stdout, { silent: json }),
  };
  try {
    const { result, failed = false } = await verb.run(session, args, own);
    if (json) for (const piece of resultLine(name, result)) process.stdout.write(piece);
    return failed ? 1 : 0;
  } catch (error) {
    session.bars.stop();
    // What is aborted may throw errors of other kinds while it ends.
    const shown = (signal.aborted ? signal.reason : error) as Error;
    const code = fail(shown, { json, verb: name, verbose: verbose && !signal.aborted });
    return signal.aborted ? 130 : code;
  } finally {
    session.bars.stop();
    end();
  }
}

/** Prints an error. @returns The exit code. */
function fail(
  error: Error,
  { json, verb, verbose = false }: { json: boolean; verb: string | undefined; verbose?: boolean },
): number {
  const shown = error instanceof Error ? error : new Error(String(error));
  printError(printerTo(process.stderr), shown, verbose);
  if (json) process.stdout.write(errorLine(verb, shown));
  return shown instanceof UsageError ? 2 : 1;
}
