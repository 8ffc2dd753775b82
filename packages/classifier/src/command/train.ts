import type { TrainConfiguration } from '../options';
import type { Run } from '../results/results';
import { forTerminal } from '../run/names';
import { announcer, printRun } from './announce';
import { tableColumns } from './columns';
import { readConfig } from './config';
import { asWord, callName, fromHere } from './from-here';
import { labeledPlaces } from './options';
import { trainOptions } from './train-options';
import { type Outcome, type Session, UsageError, type Verb } from './verb';

interface Given extends Omit<TrainConfiguration, 'columns'> {
  readonly columns?: string | TrainConfiguration['columns'];
  readonly labelSeparator?: string;
  readonly out?: string;
  readonly overwrite?: true;
  readonly config?: string;
}

/** `shroom train <photos> --out <run>` */
export const train: Verb<Given> = {
  examples: [
    'shroom train photos --out runs/pets',
    'shroom train photos.csv --label-separator "|" --out runs/baskets',
    'shroom train "shards-{000..099}.tar" --out runs/pets',
    'shroom train --config runs/pets/config.json --seed 1 --out runs/pets-1',
  ],
  define: command => {
    command
      .description(
        'Trains a classifier on photos, evaluates it, and writes it to a folder with a report. The same command again continues an interrupted run.',
      )
      .argument('[photos...]', `${labeledPlaces}; may be left out if --config names them`)
      .option('--out <run>', 'folder for the results (default: runs/<photos>-seed<seed>)')
      .option(
        '--overwrite',
        'replace a run with other options in that folder, when the new run is complete (default: stops and names the differences)',
      )
      .option(
        '--config <file>',
        'options from a JSON file, such as the config.json of a run; options that you type replace them (default: none)',
      );
    for (const option of trainOptions()) command.addOption(option);
  },
  run: async (session, typed, { config, columns, labelSeparator, ...given }) => {
    const stored = config === undefined ? { options: {} } : await readConfig(config);
    const photos = typed.length > 1 ? typed : (typed[0] ?? stored.data);
    if (photos === undefined)
      throw new UsageError("Missing argument 'photos': name a folder of photos, or --config.");
    const named = tableColumns({ columns, labelSeparator });
    const { out, overwrite, ...configuration } = {
      ...(stored.options as Given),
      ...given,
      ...(named && { columns: named }),
    };
    await check(configuration as TrainConfiguration);
    const { train } = await import('../train');
    return report(session, work =>
      train(photos, {
        ...(configuration as TrainConfiguration),
        ...(out !== undefined && { out }),
        ...(overwrite && { overwrite }),
        ...work,
      }),
    );
  },
};

/** @throws UsageError when an option is unknown or its value is not valid. */
async function check(configuration: TrainConfiguration): Promise<void> {
  const { withDefaults } = await import('../options');
  try {
    withDefaults(configuration);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

/** Runs a training, and prints what it reports and how good it is. */
export async function report(
  { notes, results, verbose, signal }: Session,
  work: (reports: {
    readonly command: string;
    readonly signal: AbortSignal;
    readonly onProgress: ReturnType<typeof announcer>['onProgress'];
    readonly onEvent: ReturnType<typeof announcer>['onEvent'];
  }) => Promise<Run>,
): Promise<Outcome> {
  const { onProgress, onEvent, stop } = announcer(notes, verbose);
  const command = ['shroom', ...process.argv.slice(2)].join(' ');
  const run = await work({ command, signal, onProgress, onEvent }).finally(stop);
  printRun(results, run);
  results.fact('try it', `${callName()} predict ${asWord(fromHere(run.folder))} <photos>`);
  const { caution } = run.configuration;
  if (caution) results.say(`\n  ${results.paint('dim', forTerminal(caution.headline))}`);
  const { folder, classes, configuration, seconds } = run;
  const { assessment: _, ...test } = run.test;
  return { result: { folder, classes, configuration, test, seconds } };
}
