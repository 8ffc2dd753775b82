import { Option } from 'commander';
import type { EngineName } from '../engine/names';
import { forTerminal } from '../run/names';
import type { PlannedShards } from '../shards/plan';
import { shardedWork } from '../shards/schema';
import { asWord, callName, fromHere } from './from-here';
import { engineOption, integer, viewsOption } from './options';
import type { Printer } from './terminal/printer';
import { counted, listed } from './terminal/words';
import { UsageError, type Verb } from './verb';

interface PlanOptions {
  readonly data: readonly string[];
  readonly shards: number;
  readonly out: string;
  readonly hash?: true;
  readonly block?: number;
  readonly views?: number;
  readonly engine?: EngineName | 'auto';
}

/** `shroom plan <what> [<run>]` */
export const plan: Verb<PlanOptions> = {
  examples: [
    'shroom plan predict runs/pets --data photos --shards 400 --out pets.plan',
    'shroom work pets.plan --shard 0',
  ],
  define: command => {
    command
      .description(
        'Divides work on many photos into shards, for the machines of a cluster: writes one file that `shroom work`, `shroom status` and ' +
          '`shroom merge` take. No photo is decoded.',
      )
      .argument('<what>', `what is done with each photo: ${listed(shardedWork)}`)
      .argument('[run]', 'a trained classifier: a folder, a .zip, a URL, or hf:owner/name')
      .requiredOption('--data <places...>', 'photos, folders of photos, or globs')
      .requiredOption('--shards <count>', 'number of shards', integer(1, 1_000_000))
      .requiredOption('--out <file>', 'the plan')
      .option('--hash', 'read all photos, so that a changed photo of the same size is noticed too')
      .addOption(
        new Option(
          '--block <count>',
          'photos after which a shard stores its rows (default: 64)',
        ).argParser(integer(1)),
      )
      .addOption(viewsOption())
      .addOption(engineOption());
  },
  run: async ({ results, notes, bars, signal }, [what, run], { data, ...options }) => {
    if (what !== 'predict')
      throw new UsageError(`There is no work '${what}'. It should be ${listed(shardedWork)}.`);
    if (run === undefined)
      throw new UsageError(`\`plan ${what}\` needs a classifier: \`shroom plan ${what} <run>\`.`);
    const { planShards } = await import('../shards/plan');
    const planned = await planShards(what, data, {
      ...{ ...options, run, signal, onProgress: bars.onProgress },
    }).finally(bars.stop);
    if (planned.missing > 0)
      notes.warn(`${counted(planned.missing, 'photo was', 'photos were')} not found`);
    printPlanned(results, planned);
    return { result: planned };
  },
};

function printPlanned(
  { heading, fact, paint }: Printer,
  { path, what, photos, shards, engine, results }: PlannedShards,
): void {
  const most = Math.ceil(photos / shards);
  const each = Math.floor(photos / shards);
  heading('Plan');
  fact('work', engine === undefined ? what : `${what}, on the engine ${engine}`);
  fact('photos', `${photos}`);
  fact('shards', `${shards}, of ${each === most ? most : `${each} or ${most}`} photos each`);
  fact('plan', forTerminal(fromHere(path)));
  fact('results', paint('dim', forTerminal(fromHere(results))));
  const call = (verb: string) => `${callName()} ${verb} ${asWord(fromHere(path))}`;
  const upTo = shards > 1 ? `, up to ${shards - 1}, each wherever you like` : '';
  fact('next', `${call('work')} --shard 0${upTo}`);
  fact('', `${call('status')}`);
  fact('', `${call('merge')}`);
}
