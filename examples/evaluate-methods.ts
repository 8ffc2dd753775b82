/**
 * Evaluates every explanation method by every metric, on drawn mushrooms that the classifier was not trained on, and writes
 * the tables of a page such as docs/methods.md. Measured figures are saved immediately, so the program can be stopped and
 * continued.
 */
import { join } from 'node:path';
import { engineOption, integer } from '@shroom/classifier/command';
import { Command } from 'commander';
import { contestantsFor } from './methods/contestants';
import { evaluateMap, type JobOptions, openJobs, withBaselines } from './methods/evaluation';
import { Figures, fingerprint } from './methods/figures';
import { writeTables } from './methods/page';
import { announceEngine, open } from './pipeline/open';
import { fact, heading, progressBar, runProgram } from './pipeline/terminal';

const command = new Command('npm run methods --')
  .description(
    'Evaluates every explanation method by every metric, on drawn mushrooms. Takes hours on two cores, half an hour of it for ' +
      'Score-CAM. You can stop it at any time and continue later.',
  )
  .requiredOption('--model <folder>', 'a run of `npm start`, such as runs/drawn-seed0')
  .option('--drawn <count>', 'photos per genus', integer(1, 100), 1)
  .option('--costly <count>', 'photos for methods with seconds per map', integer(0), 3)
  .option('--again <count>', 'of these, photos for metrics that need many maps', integer(0), 1)
  .option('--methods <names>', 'only these methods, with commas')
  .option('--metrics <names>', 'metrics besides those with masks, with commas')
  .option('--first <photo>', 'number of the first photo', integer(0), 0)
  .option('--minutes <count>', 'stop after this number of minutes', integer(1))
  .option('--figures <file>', 'measured figures (default: methods.json of the model)')
  .option('--write <page>', 'page for the tables (default: methods.md of the model)')
  .addOption(engineOption());

interface Options extends JobOptions {
  readonly model: string;
  readonly minutes?: number;
  readonly figures?: string;
  readonly write?: string;
  readonly engine?: 'auto';
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
  const progress = progressBar('evaluating', 'maps');
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
