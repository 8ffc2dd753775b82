// How good a trained classifier is: on the photos of its run that it was not trained on, or on any others.
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
    'Accuracy with intervals, class by class, calibration, and how often it is not sure.',
  )
  .requiredOption('--model <folder>', 'what `npm start` trained, such as runs/drawn-seed0')
  .option('--data <set>', 'other photos, a folder per class, instead of those of the run')
  .addOption(columnsOption())
  .addOption(separatorOption())
  .addOption(
    new Option('--part <name>', 'of the photos of the run').choices(splitNames).default('test'),
  )
  .option('--resamples <count>', 'of the bootstrap intervals', integer(10), 1000)
  .option('--json', 'everything as JSON on standard output')
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
  fact('photos', `${photos.length} of classes that it knows, ${strange.photos} of others`);
  if (seen === undefined) warn(`${model} has no split.json: it may have been trained on these`);
  else if (seen > 0) warn(`trained on ${seen} of them, or chosen by them: too good a score`);
  if (strange.photos > 0) {
    heading('Of classes that it does not know');
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
