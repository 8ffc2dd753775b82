import { Option } from 'commander';
import { methodNames } from '../explaining/methods';
import { forTerminal } from '../run/names';
import type { PlannedShards } from '../shards/plan';
import type {
  PlanOptions as AllPlanOptions,
  ExplainPlanOptions,
  FeaturesPlanOptions,
  InspectPlanOptions,
  PredictPlanOptions,
} from '../shards/plan-options';
import { type ShardedWork, shardedWork } from '../shards/schema';
import { columnOptions, tableColumns } from './columns';
import { asWord, callName, fromHere } from './from-here';
import { engineOption, integer, labeledPlaces, photoPlaces } from './options';
import type { Printer } from './terminal/printer';
import { counted, listed } from './terminal/words';
import { UsageError, type Verb } from './verb';

interface PlanOptions
  extends Pick<PredictPlanOptions, 'out' | 'shards' | 'block' | 'engine' | 'views'>,
    Pick<ExplainPlanOptions, 'method' | 'layout' | 'tap' | 'class' | 'against' | 'extractor'>,
    Pick<FeaturesPlanOptions, 'augment' | 'dtype'>,
    Pick<InspectPlanOptions, 'copies'> {
  readonly data: readonly string[];
  readonly hash?: true;
  readonly labeled?: true;
  readonly columns?: string;
  readonly labelSeparator?: string;
}

/** For which work an option is. The others are for all. */
const only: Readonly<Partial<Record<keyof PlanOptions, readonly ShardedWork[]>>> = {
  views: ['predict', 'features'],
  ...{ augment: ['features'], dtype: ['features'], labeled: ['features', 'hash'] },
  ...{ method: ['explain'], layout: ['explain'], tap: ['explain'], class: ['explain'] },
  ...{ against: ['explain'], extractor: ['explain'] },
  copies: ['inspect'],
  ...{ columns: ['inspect', 'features', 'hash'], labelSeparator: ['inspect', 'features', 'hash'] },
  hash: ['predict', 'inspect', 'explain', 'features'],
  engine: ['predict', 'explain', 'features'],
};

/** `shroom plan <what> [<run>]` */
export const plan: Verb<PlanOptions> = {
  examples: [
    'shroom plan predict runs/pets --data photos --shards 400 --out pets.plan',
    'shroom plan predict runs/pets --data "shards-{000..099}.tar" --shards 400 --out pets.plan',
    'shroom plan explain runs/pets --data photos --shards 400 --out maps.plan --method layerCam',
    'shroom plan features runs/pets --data photos --labeled --views 4 --dtype float16 --shards 400 --out features.plan',
    'shroom plan inspect --data photos --shards 40 --out inspection.plan',
    'shroom plan hash --data photos --labeled --shards 40 --out pets.plan',
  ],
  define: command => {
    command
      .description(
        'Divides work on many photos into shards, for the machines of a cluster: writes one file that `shroom work`, `shroom status` and ' +
          '`shroom merge` take. No photo is decoded.',
      )
      .argument('<what>', `what is done with each photo: ${listed(shardedWork)}`)
      .argument('[run]', 'a trained classifier: a folder, a .zip, a URL, or hf:owner/name')
      .requiredOption(
        '--data <places...>',
        `${photoPlaces}; for inspect, and with --labeled: ${labeledPlaces}`,
      )
      .requiredOption('--shards <count>', 'number of shards', integer(1, 1_000_000))
      .requiredOption('--out <file>', 'the plan')
      .option(
        '--hash',
        'read all photos now, so that a changed photo of the same size is noticed too; an index has the hashes already',
      )
      .addOption(
        new Option(
          '--block <count>',
          'photos after which a shard stores its rows (default: 64)',
        ).argParser(integer(1)),
      )
      .addOption(
        new Option(
          '--views <count>',
          "views of each photo; for predict: whose probabilities are averaged (default: the run's); for features: the photo itself, and varied " +
            'versions, as a training caches them (default: 1)',
        ).argParser(integer(1)),
      )
      .addOption(
        new Option(
          '--augment <how>',
          "for features: how views vary: flipped and rotated, or mirrored and cropped (default: the run's)",
        ).choices(['flips', 'crops']),
      )
      .addOption(
        new Option(
          '--dtype <name>',
          'for features: how numbers are stored (default: "float32")',
        ).choices(['float32', 'float16']),
      )
      .option('--labeled', 'for features and hash: photos have classes, as for `shroom train`')
      .addOption(
        new Option(
          '--method <name>',
          'for explain: method of the heat map (default: "gradCam")',
        ).choices(methodNames),
      )
      .addOption(
        new Option(
          '--layout <name>',
          'for explain: what a picture shows (default: "panels")',
        ).choices(['overlay', 'panels', 'jet']),
      )
      .option('--tap <layer>', 'for explain: stage or layer that is explained')
      .option('--class <name>', 'for explain: class that is explained')
      .option('--against <name>', 'for explain, with --class: a second class')
      .option('--extractor <index>', 'for explain: which of several networks', integer(0))
      .addOption(
        new Option(
          '--copies <kind>',
          'for inspect: which copies are found (default: "auto", near ones too)',
        ).choices(['auto', 'exact']),
      );
    for (const option of columnOptions()) command.addOption(option);
    command.addOption(engineOption());
  },
  run: async ({ results, notes, bars, signal }, [name, run], options) => {
    const what = shardedWork.find(each => each === name);
    if (what === undefined)
      throw new UsageError(`There is no work '${name}'. It should be ${listed(shardedWork)}.`);
    const isOfPhotos = what === 'inspect' || what === 'hash';
    if (!isOfPhotos && run === undefined)
      throw new UsageError(`This needs a classifier: \`shroom plan ${what} <run>\`.`);
    if (isOfPhotos && run !== undefined)
      throw new UsageError(`The work ${what} has no classifier: leave '${run}' out.`);
    for (const [option, works] of Object.entries(only))
      if (options[option as keyof PlanOptions] !== undefined && !works.includes(what))
        throw new UsageError(`--${dashed(option)} is for ${listed(works)}, not for ${what}.`);
    const { data, columns: _, labelSeparator: __, ...given } = options;
    const columns = tableColumns(options);
    const { planShards } = await import('../shards/plan');
    const planned = await planShards(what, data, {
      ...{ ...given, signal, onProgress: bars.onProgress },
      ...(run !== undefined && { run }),
      ...(columns && { columns }),
    } as AllPlanOptions[typeof what]).finally(bars.stop);
    if (planned.missing > 0)
      notes.warn(`${counted(planned.missing, 'photo was', 'photos were')} not found`);
    printPlanned(results, planned);
    return { result: planned };
  },
};

const dashed = (name: string): string =>
  name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);

function printPlanned(
  { heading, fact, paint }: Printer,
  { path, what, photos, shards, engine, precision, results }: PlannedShards,
): void {
  const most = Math.ceil(photos / shards);
  const each = Math.floor(photos / shards);
  heading('Plan');
  const computing = precision === undefined || precision === 'float32' ? '' : `, in ${precision}`;
  fact('work', engine === undefined ? what : `${what}, on the engine ${engine}${computing}`);
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
