// Evaluates a trained classifier on photos of its run that it was not trained on, or on other photos.
import {
  columnOptions,
  engineOption,
  type GivenColumns,
  integer,
  printEvaluated,
  progressBars,
  tableColumns,
} from '@shroom/classifier/command';
import { splitNames } from '@shroom/data';
import { Command, Option } from 'commander';
import './pipeline/mushrooms';
import { announceEngine, open } from './pipeline/open';
import { fact, heading, printer, runProgram } from './pipeline/terminal';

const command = new Command('npx tsx examples/evaluate.ts')
  .description(
    'Prints accuracy with intervals, metrics of each class, calibration, and how often the answer is "not sure".',
  )
  .requiredOption('--model <folder>', 'a run of `npm start`, such as runs/drawn-seed0')
  .option(
    '--data <set>',
    'other photos, with a folder for each class, instead of the photos of the run',
  )
  .addOption(
    new Option('--part <name>', 'part of the photos of the run')
      .choices(splitNames)
      .default('test'),
  )
  .option('--resamples <count>', 'number of bootstrap resamples', integer(10), 1000)
  .option('--json', 'prints all results as JSON on standard output')
  .addOption(engineOption());
for (const option of columnOptions()) command.addOption(option);

await runProgram(async signal => {
  const { model, data, columns, labelSeparator, json, engine, ...options } = command.parse().opts<
    GivenColumns & {
      model: string;
      data?: string;
      part: (typeof splitNames)[number];
      resamples: number;
      json?: true;
      engine?: 'auto';
    }
  >();
  await announceEngine(engine);
  const classifier = await open(model, signal);

  heading('Photos');
  const { onProgress, stop } = progressBars(printer);
  const named = tableColumns({ columns, labelSeparator });
  const work = { ...options, ...(named && { columns: named }), onProgress, signal };
  const evaluated = await classifier.evaluate(data, work).finally(stop);
  const { assessment, photos, strange, unknown } = evaluated;
  fact('photos', `${photos.length} of known classes, ${strange.photos} of other classes`);
  const { classes } = classifier;
  printEvaluated(printer, model, classes, evaluated);
  if (!json) return;
  const hardest = assessment.hardest.map(each => ({ ...each, file: photos[each.sample]! }));
  const all = { classes, unknown, ...assessment, hardest, strange };
  process.stdout.write(`${JSON.stringify(all)}\n`);
});
