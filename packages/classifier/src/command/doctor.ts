import type { Check } from '../doctor/check';
import type { Diagnosis } from '../doctor/diagnose';
import { forTerminal } from '../run/names';
import { printCommand } from './terminal/command';
import type { Printer } from './terminal/printer';
import { listed } from './terminal/words';
import type { Verb } from './verb';

const headings = {
  engines: 'Engines, the fastest first',
  machine: 'Machine',
  disk: 'Disk',
  network: 'Network',
} as const;

/** `shroom doctor` */
export const doctor: Verb = {
  examples: ['shroom doctor', 'shroom doctor --json'],
  define: command => {
    command.description(
      'Checks Node, the engines, the processor, memory, disk and network, and says what to do where something is missing. The exit code is 1 only if ' +
        'nothing works.',
    );
  },
  run: async ({ results, signal }) => {
    const { diagnose } = await import('../doctor/diagnose');
    const diagnosis = await diagnose({ signal });
    printDiagnosis(results, diagnosis);
    return { result: diagnosis, failed: !diagnosis.works };
  },
};

/** Prints what was found, and what to do. */
export function printDiagnosis(printer: Printer, { works, engine, checks }: Diagnosis): void {
  for (const [part, heading] of Object.entries(headings)) {
    printer.heading(heading);
    for (const check of checks) if (check.part === part) printCheck(printer, check);
  }
  printer.heading('Verdict');
  const hasAdvice = checks.some(({ advice }) => advice !== undefined);
  const marked = (what: string) => (hasAdvice ? ` The lines with ! say what ${what}.` : '');
  const closed = checks.filter(({ part, standing }) => part === 'disk' && standing === 'bad');
  const where = listed(
    closed.map(({ name }) => `the ${name.replace(/^this /, 'current ')}`),
    'and',
  );
  if (!works) printer.say('  Nothing works yet. The lines with ! say what to do.');
  else if (closed.length > 0)
    printer.say(
      `  The engine ${engine} works, but nothing can be written to ${where}.${marked('to do')}`,
    );
  else
    printer.say(
      `  Training and prediction work, on the engine ${engine}.${marked('could be better')}`,
    );
}

function printCheck(printer: Printer, { name, standing, found, advice, command }: Check): void {
  const style = { good: 'green', limited: 'yellow', bad: 'red', off: 'dim' } as const;
  const mark = { good: '✓', limited: '!', bad: '✗', off: '-' }[standing];
  printer.fact(name, `${printer.paint(style[standing], mark)} ${forTerminal(found)}`);
  if (advice !== undefined) printer.warn(forTerminal(advice));
  if (command !== undefined) printCommand(printer, command);
}
