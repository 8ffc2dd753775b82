import { forTerminal } from '../run/names';
import { fromHere } from './from-here';
import { integer } from './options';
import { placeOptions, resultsOption } from './shard-options';
import { counted } from './terminal/words';
import type { Verb } from './verb';

interface WorkOptions {
  readonly shard?: number;
  readonly root?: string;
  readonly run?: string;
  readonly results?: string;
  readonly wait?: number;
}

/** `shroom work <plan>` */
export const work: Verb<WorkOptions> = {
  examples: [
    'shroom work pets.plan --shard 0',
    'sbatch --array=0-399 --wrap "shroom work pets.plan"',
  ],
  define: command => {
    command
      .description(
        'Does one shard of a plan, or what is left of it. A shard that is done is not done again. The number of the shard comes from --shard, ' +
          'or from Slurm, Kubernetes Indexed Jobs, AWS Batch, Google Batch, PBS, Torque, LSF or Grid Engine.',
      )
      .argument('<plan>', 'the plan, as written by `shroom plan`')
      .option('--shard <number>', 'the shard, from 0 (default: as the scheduler says)', integer(0));
    for (const option of [...placeOptions(), resultsOption()]) command.addOption(option);
    command.option(
      '--wait <seconds>',
      'how long to wait for another worker that does the shard (default: 60)',
      integer(0),
    );
  },
  run: async ({ results, bars, signal: stopped }, [plan], options) => {
    const { workShard } = await import('../shards/work');
    const { signal, end } = orTerminated(stopped);
    const worked = await workShard(plan!, {
      ...{ ...options, signal, onProgress: bars.onProgress },
    }).finally(() => {
      bars.stop();
      end();
    });
    const { shard, shards, photos, unread, kept, folder } = worked;
    const before = kept === photos ? ', done before' : kept > 0 ? `, ${kept} of them before` : '';
    results.heading(`Shard ${shard} of ${shards}`);
    results.fact('done', `${counted(photos, 'photo')}${before}`);
    if (unread > 0) results.fact('unreadable', `${unread}; their rows say why`);
    results.fact('folder', forTerminal(fromHere(folder)));
    return { result: worked };
  },
};

/** Also aborted by SIGTERM, which schedulers send before they end a process: the shard then stays whole, and its lock is released. */
function orTerminated(stopped: AbortSignal): { readonly signal: AbortSignal; end(): void } {
  const terminated = new AbortController();
  const terminate = () =>
    terminated.abort(
      new Error('Stopped by SIGTERM. What is stored is kept; the same command continues.'),
    );
  process.once('SIGTERM', terminate);
  return {
    signal: AbortSignal.any([stopped, terminated.signal]),
    end: () => void process.off('SIGTERM', terminate),
  };
}
