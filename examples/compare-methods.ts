// Compares explanation methods on drawn mushrooms. Their exact masks make it possible to measure how well a map finds them.

import { engineOption, integer } from '@shroom/classifier/command';
import { drawMushroom, genera } from '@shroom/drawn';
import { prepareModel } from '@shroom/gradcam';
import { type ComparisonRow, compare, type MetricName } from '@shroom/gradcam/metrics';
import { Command } from 'commander';
import { markdown, standings } from './pipeline/comparison';
import { chosen, methodsAtImages, methodsAtTap } from './pipeline/methods';
import { announceEngine, open } from './pipeline/open';
import { heading, progressBar, runProgram } from './pipeline/terminal';

const command = new Command('npx tsx examples/compare-methods.ts')
  .description(
    'Compares explanation methods on drawn mushrooms that the classifier was not trained on.',
  )
  .requiredOption('--model <folder>', 'a run of `npm start`, such as runs/drawn-seed0')
  .option('--drawn <count>', 'photos per genus', integer(1, 100), 1)
  .option('--methods <names>', 'only these methods, separated by commas')
  .option(
    '--metrics <names>',
    'metrics in addition to those with masks, separated by commas',
    'road,averageDrop',
  )
  .option('--json', 'prints the table as JSON on standard output')
  .addOption(engineOption());

/** Seed of the first drawing, far from the seeds of the training photos. */
const unseen = 10_000;

await runProgram(async signal => {
  const options = command.parse().opts<{
    model: string;
    drawn: number;
    methods?: string;
    metrics: string;
    json?: true;
    engine?: 'auto';
  }>();
  await announceEngine(options.engine);
  const classifier = await open(options.model, signal);
  const { model, preprocessing } = classifier;
  const parts = prepareModel(model, { link: 'softmax' });
  const atImages = prepareModel(model, { tap: model.inputs[0]!.name, link: 'softmax' });
  const all = {
    ...methodsAtTap,
    ...Object.fromEntries(
      Object.entries(methodsAtImages).map(([name, method]) => [name, { parts: atImages, method }]),
    ),
  };
  const metrics = options.metrics.split(',') as MetricName[];
  const methods = chosen(all, options.methods);

  heading('Methods');
  const progress = progressBar('comparing', 'photos');
  const rows: ComparisonRow[] = [];
  const total = genera.length * options.drawn;
  for (let done = 0; done < total; done++) {
    const size = preprocessing.size[0];
    const drawn = drawMushroom(genera[done % genera.length]!, { seed: unseen + done, size });
    const images = classifier.imagesOf([{ ...drawn, data: drawn.pixels }]);
    const masks = [{ ...drawn, values: drawn.masks.mushroom }];
    const compared = { metrics, steps: 10, masks, signal };
    rows.push(...(await compare(parts, images, methods, compared)));
    images.dispose();
    progress.update(done + 1, total);
  }
  progress.stop();

  const columns = Object.keys(rows[0]!.scores) as MetricName[];
  const means = standings(rows, columns);
  process.stdout.write(options.json ? `${JSON.stringify(means)}\n` : markdown(means, columns));
});
