import { forTerminal } from '../run/names';
import { ranges } from '../shards/ranges';
import type { ShardStatus } from '../shards/status';
import { asWord, callName, fromHere } from './from-here';
import { resultsOption } from './shard-options';
import { filledBar } from './terminal/filled';
import type { Printer } from './terminal/printer';
import { counted, duration } from './terminal/words';
import type { Verb } from './verb';

/** `shroom status <plan>` */
export const status: Verb<{ readonly results?: string }> = {
  examples: ['shroom status pets.plan', 'shroom status pets.plan --json'],
  define: command => {
    command
      .description(
        'Shows which shards of a plan are done, running, failed and missing, why shards have failed, and how much time is left.',
      )
      .argument('<plan>', 'the plan, as written by `shroom plan`')
      .addOption(resultsOption());
  },
  run: async ({ results, signal, verbose }, [plan], options) => {
    const { shardStatus } = await import('../shards/status');
    const found = await shardStatus(plan!, { ...options, signal });
    printStatus(results, plan!, found, verbose);
    return { result: found };
  },
};

/** Number of failed shards that are printed. */
const shown = 5;

/** Prints how far the shards are. @param all Prints all failed shards instead of the first five. */
export function printStatus(
  printer: Printer,
  plan: string,
  status: ShardStatus,
  all: boolean,
): void {
  const { heading, fact, warn, paint } = printer;
  const { what, photos, shards, done, running, failed, missing, photosDone, unread } = status;
  const share = photosDone / photos;
  const length = Math.max(8, Math.min(28, printer.columns - 22));
  heading('Shards');
  fact(what, `${filledBar(printer, share, length)} ${Math.floor(100 * share)} %`);
  fact('photos', `${photosDone} of ${photos}${unread > 0 ? `, ${unread} unreadable` : ''}`);
  fact('done', `${done.length} of ${shards}`);
  if (running.length > 0) fact('running', numbered(running));
  if (failed.length > 0) fact('failed', numbered(failed.map(({ shard }) => shard)));
  if (missing.length > 0) fact('missing', numbered(missing));
  if (status.remaining !== undefined) fact('time left', duration(status.remaining));
  if (done.length === shards) fact('next', `${callName()} merge ${asWord(plan)}`);
  const most = all ? failed.length : shown;
  for (const { shard, message, log } of failed.slice(0, most)) {
    warn(`shard ${shard}: ${forTerminal(message)}`);
    fact('', paint('dim', forTerminal(fromHere(log))));
  }
  if (failed.length > most) warn(`and ${counted(failed.length - most, 'more shard')} that failed`);
}

/** How many shards, and which, as schedulers take them. */
const numbered = (shards: readonly number[]): string => `${shards.length}: ${ranges(shards)}`;
