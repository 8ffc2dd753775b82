/**
 * Evaluates every explanation method by every metric, on drawn mushrooms that the classifier was not trained on, and writes the
 * tables of a page such as docs/methods.md. Figures are kept as they come, so that it can be stopped and goes on.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { contestantsFor } from './methods/contestants';
import { evaluateMap, type JobOptions, openJobs, withBaselines } from './methods/evaluation';
import { Figures, fingerprint } from './methods/figures';
import { writeTables } from './methods/page';
import { announceEngine, open } from './pipeline/open';
import { engineOption, integer } from './pipeline/options';
import { fact, heading, Progress, runProgram } from './pipeline/terminal';

const command = new Command('npm run methods --')
  .description(
    'Every explanation method by every metric, on drawn mushrooms. Takes hours on two cores, Score-CAM half an hour of them; can be stopped at any time, and goes on.',
  )
  .requiredOption('--model <folder>', 'what `npm start` trained, such as runs/drawn-seed0')
  .option('--drawn <count>', 'photos per genus', integer(1, 100), 1)
  .option('--costly <count>', 'photos for methods that take seconds a map', integer(0), 3)
  .option('--again <count>', 'of them, for metrics that make such maps again', integer(0), 1)
  .option('--methods <names>', 'some of them only, with commas')
  .option('--metrics <names>', 'some of them only, besides those with masks, with commas')
  .option('--first <photo>', 'number of the first photo', integer(0), 0)
  .option('--minutes <count>', 'stop after so long', integer(1))
  .option('--figures <file>', 'what was measured (default: methods.json of the model)')
  .option('--write <page>', 'whose tables are written (default: methods.md of the model)')
  .addOption(engineOption());

interface Options extends JobOptions {
  readonly model: string;
  readonly minutes?: number;
  readonly figures?: string;
  readonly write?: string;
  readonly engine: 'auto';
}

await runProgram(async signal => {
  const options = command.parse().opts<Options>();
  await announceEngine(options.engine);
  const classifier = await open(options.model, signal);
  const finer = classifier.taps.at(-2)!.layer;
  const contestants = withBaselines(contestantsFor(classifier.model, finer));
  const { figures: file = join(options.model, 'methods.json') } = options;
  const { write: page = join(options.model, 'methods.md') } = options;
  const figures = await Figures.open(file, await fingerprint(classifier.model.layers.at(-1)!));
  const jobs = openJobs(contestants, figures, options);

  heading('Methods');
  const progress = new Progress('evaluating', 'maps');
  const end = Date.now() + (options.minutes ?? Infinity) * 60_000;
  for (const [done, job] of jobs.entries()) {
    if (Date.now() > end) break;
    signal.throwIfAborted();
    await figures.add(await evaluateMap(job, contestants[job.method]!, classifier, signal));
    progress.update(done + 1, jobs.length);
  }
  progress.stop();
  await writeTables(page, contestants, figures.all);
  fact('tables', page);
});
