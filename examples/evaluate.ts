// Evaluates a trained classifier on photos of its run that it was not trained on, or on other photos.
import { splitNames } from '@shroom/data';
import { Command, Option } from 'commander';
import { announceAssessment } from './pipeline/assessment';
import { columnsOption, separatorOption, tableColumns } from './pipeline/columns';
import './pipeline/mushrooms';
import { announceEngine, open } from './pipeline/open';
import { engineOption, integer } from './pipeline/options';
import { ProgressBars } from './pipeline/progress-bars';
import { fact, heading, runProgram, warn } from './pipeline/terminal';

const command = new Command('npx tsx examples/evaluate.ts')
  .description(
    'Prints accuracy with intervals, metrics of each class, calibration, and how often the answer is "not sure".',
  )
  .requiredOption('--model <folder>', 'a run of `npm start`, such as runs/drawn-seed0')
  .option(
    '--data <set>',
    'other photos, with a folder for each class, instead of the photos of the run',
  )
  .addOption(columnsOption())
  .addOption(separatorOption())
  .addOption(
    new Option('--part <name>', 'part of the photos of the run')
      .choices(splitNames)
      .default('test'),
  )
  .option('--resamples <count>', 'number of bootstrap resamples', integer(10), 1000)
  .option('--json', 'prints all results as JSON on standard output')
  .addOption(engineOption());

await runProgram(async signal => {
  const { model, data, columns, labelSeparator, json, engine, ...options } = command.parse().opts<{
    model: string;
    data?: string;
    columns?: string;
    labelSeparator?: string;
    part: (typeof splitNames)[number];
    resamples: number;
    json?: true;
    engine: 'auto';
  }>();
  await announceEngine(engine);
  const classifier = await open(model, signal);

  heading('Photos');
  const bars = new ProgressBars();
  const named = tableColumns(columns, labelSeparator);
  const { assessment, photos, seen, strange, unknown } = await classifier
    .evaluate(data, {
      ...options,
      ...(named && { columns: named }),
      onProgress: bars.onProgress,
      signal,
    })
    .finally(() => bars.stop());
  fact('photos', `${photos.length} of known classes, ${strange.photos} of other classes`);
  if (seen === undefined)
    warn(`${model} has no split.json: the classifier may have been trained on these photos`);
  else if (seen > 0)
    warn(`${seen} of these photos were used for training or validation, so the score is too good`);
  if (strange.photos > 0) {
    heading('Photos of unknown classes');
    const share = (count: number) => `of ${Math.round((100 * count) / strange.photos)} %`;
    const which = `${strange.photos} photos: ${strange.classes.join(', ')}`;
    fact('unknown', `${share(strange.unknown)}, like nothing that it was trained on`);
    fact('not sure', `${share(strange.unsure)} of ${which}`);
  }
  announceAssessment(classifier.classes, assessment, unknown);
  if (!json) return;
  const hardest = assessment.hardest.map(each => ({ ...each, file: photos[each.sample]! }));
  const { classes } = classifier;
  const all = { classes, unknown, ...assessment, hardest, strange };
  process.stdout.write(`${JSON.stringify(all)}\n`);
});
