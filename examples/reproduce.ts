// The original experiment: both networks with the reference recipe on Kaggle's nine genera, beside the published accuracies.
import { train } from '@shroom/classifier';
import { announcer, engineOption, integer } from '@shroom/classifier/command';
import { Command } from 'commander';
import { mushrooms, published } from './pipeline/mushrooms';
import { fact, heading, printer, runProgram, say } from './pipeline/terminal';

const command = new Command('npm run reproduce --')
  .description(
    'Trains ResNet50 and ConvNeXt-Base with the reference recipe, and prints test accuracies beside the published ones.',
  )
  .option('--data <set>', 'what npm start takes as --data', 'kaggle')
  .option('--drawn <count>', 'drawn photos per class, for --data drawn', integer(6), 40)
  .option('--backbones <names>', 'networks to train, with commas', 'resnet50,convnext_base')
  .option(
    '--size <pixels>',
    'side of the square that photos are resized to',
    integer(64, 1024),
    299,
  )
  .option('--views <count>', 'cached views of each training photo', integer(1, 64), 4)
  .option(
    '--epochs <count>',
    'passes over the training photos, at most (default: 60 and 20)',
    integer(1),
  )
  .option(
    '--seed <number>',
    'of the split, the first weights, the order and dropout',
    integer(0),
    0,
  )
  .option('--out <folder>', 'the folder for a run of each network', 'runs/reproduce')
  .addOption(engineOption());

await runProgram(async signal => {
  command.parse();
  const { data, drawn, backbones, out, ...options } = command.opts<{
    data: string;
    drawn: number;
    backbones: string;
    size: number;
    views: number;
    epochs?: number;
    seed: number;
    out: string;
    engine?: 'auto';
  }>();
  const { photos, ...words } = mushrooms(data, drawn);
  const rows: { backbone: string; value: number; low: number; high: number }[] = [];
  for (const backbone of backbones.split(',')) {
    say(`\n${backbone}`);
    const { stop, ...reports } = announcer(printer);
    const { test } = await train(photos, {
      ...{ ...words, ...options, backbone, recipe: 'reference', out: `${out}/${backbone}` },
      ...{ ...reports, signal },
    }).finally(stop);
    rows.push({ backbone, ...test.accuracy });
  }

  heading('Test accuracy, with its 95 % interval');
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  for (const { backbone, value, low, high } of rows) {
    const original = data === 'kaggle' ? published[backbone] : undefined;
    const beside = original === undefined ? '' : `; published ${percent(original)}`;
    fact(backbone, `${percent(value)}, ${percent(low)} to ${percent(high)}${beside}`);
  }
  if (data !== 'kaggle')
    say(
      '  The published accuracies are of the photos of `--data kaggle`, so they are not shown here.',
    );
});
