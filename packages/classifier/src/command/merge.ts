import { forTerminal } from '../run/names';
import { fromHere } from './from-here';
import { placeOptions, resultsOption } from './shard-options';
import { counted, duration } from './terminal/words';
import type { Verb } from './verb';

interface MergeOptions {
  readonly out?: string;
  readonly root?: string;
  readonly run?: string;
  readonly results?: string;
}

/** `shroom merge <plan>` */
export const merge: Verb<MergeOptions> = {
  examples: ['shroom merge pets.plan', 'shroom merge pets.plan --out results/pets.csv'],
  define: command => {
    command
      .description(
        'Makes one result of all shards of a plan. Nothing is written while a shard is missing, damaged, or of another plan.',
      )
      .argument('<plan>', 'the plan, as written by `shroom plan`')
      .option('--out <place>', "the result (default: beside the plan, with the plan's name)")
      .addOption(resultsOption());
    for (const option of placeOptions()) command.addOption(option);
  },
  run: async ({ results, notes, bars, signal }, [plan], options) => {
    const { mergeShards } = await import('../shards/merge');
    const merged = await mergeShards(plan!, {
      ...{ ...options, signal, onProgress: bars.onProgress },
    }).finally(bars.stop);
    const { path, photos, shards, unread, copies = 0, seconds, made } = merged;
    if (made.length > 1)
      notes.warn(
        `${made.length} kinds of machines computed the shards, so last digits may differ: ${made.join(' | ')}`,
      );
    results.heading('Merged');
    results.fact('photos', `${photos} of ${counted(shards, 'shard')}`);
    if (unread > 0) results.fact('unreadable', `${unread}; their rows say why`);
    if (copies > 0) results.fact('copies', `${copies}, which have the same bytes as another photo`);
    results.fact('work', `${duration(seconds)} of all workers together`);
    results.fact('result', forTerminal(fromHere(path)));
    return { result: merged };
  },
};
