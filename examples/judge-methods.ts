/**
 * Judges every explanation method by every metric, on drawn mushrooms that the classifier was not trained on, and writes the
 * tables of docs/methods.md. Figures are kept as they come, so that it can be stopped and goes on.
 */
import { fileURLToPath } from 'node:url';
import { drawMushroom, genera } from '@shroom/data';
import {
  centreBaseline,
  compare,
  emptyBaseline,
  randomBaseline,
  sobelBaseline,
} from '@shroom/gradcam/metrics';
import { Command } from 'commander';
import { type Contestant, contestantsFor, groups } from './methods/contestants';
import { Figures, ofTheMap, ofTheMethod } from './methods/figures';
import { writeTables } from './methods/page';
import { loadClassifier } from './pipeline/classifier';
import { startEngine } from './pipeline/engine';
import { toTensor } from './pipeline/features';
import { chosen } from './pipeline/methods';
import { engineOption, integer } from './pipeline/options';
import { fact, heading, Progress, runProgram } from './pipeline/terminal';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const command = new Command('npx tsx examples/judge-methods.ts')
  .description(
    'Every explanation method by every metric, on drawn mushrooms. Takes an hour or two on two cores; can be stopped at any time, and goes on.',
  )
  .requiredOption('--model <folder>', 'what `npm start` trained, such as runs/drawn-seed0')
  .option('--drawn <count>', 'photos per genus', integer(1, 100), 1)
  .option('--costly <count>', 'photos for methods that take seconds a map', integer(0), 3)
  .option('--again <count>', 'of them, for metrics that make such maps again', integer(0), 1)
  .option('--methods <names>', 'some of them only, with commas')
  .option('--metrics <names>', 'some of them only, besides those with masks, with commas')
  .option('--first <photo>', 'number of the first photo', integer(0), 0)
  .option('--minutes <count>', 'stop after so long', integer(1))
  .option('--figures <file>', 'what was measured', here('../docs/methods.json'))
  .option('--write <page>', 'whose tables are written', here('../docs/methods.md'))
  .addOption(engineOption());

type Metric = (typeof ofTheMap)[number] | (typeof ofTheMethod)[number];
const again = new Set<Metric>(ofTheMethod);

/** Far from the seeds of the training photos. */
const unseen = 10_000;

await runProgram(async signal => {
  const options = command.parse().opts<{
    model: string;
    drawn: number;
    costly: number;
    again: number;
    minutes?: number;
    methods?: string;
    metrics?: string;
    first: number;
    figures: string;
    write: string;
    engine: 'auto';
  }>();
  const engine = await startEngine(options.engine);
  heading('Engine');
  fact(engine.name, engine.reason);
  const { backbone, model } = await loadClassifier(options.model, signal);
  const finer = backbone.taps.at(-2)!.layer;
  const methods = contestantsFor(model, finer);
  const { parts } = methods.gradCam!;
  const baseline = { parts, group: groups.at(-1)!, cost: 'none' };
  const contestants: Record<string, Contestant> = {
    ...methods,
    centre: { ...baseline, method: centreBaseline },
    random: { ...baseline, method: randomBaseline() },
    sobel: { ...baseline, method: sobelBaseline },
    empty: { ...baseline, method: emptyBaseline },
  };
  const figures = await Figures.open(options.figures);
  const photos = genera.length * options.drawn;
  const jobs = (costly: boolean, count: number, metrics: readonly Metric[]) =>
    Array.from({ length: count }, (_, photo) =>
      Object.entries(chosen(contestants, options.methods))
        .filter(([, each]) => Boolean(each.costly) === costly)
        .map(([method, { once }]) => {
          const asked = options.metrics?.split(',') ?? metrics;
          const possible = metrics.filter(
            metric => asked.includes(metric) && !(once && again.has(metric)),
          );
          return { method, photo, metrics: figures.missing(method, photo, possible) };
        }),
    ).flat();
  // Photo by photo, the costly ones last: who stops early has compared like with like.
  const open = [
    ...jobs(false, photos, [...ofTheMap, ...ofTheMethod]),
    ...jobs(true, options.costly, ofTheMap),
    ...jobs(true, options.again, ofTheMethod),
  ].filter(({ metrics, photo }) => metrics.length > 0 && photo >= options.first);

  heading('Methods');
  const progress = new Progress('judging', 'maps');
  const end = Date.now() + (options.minutes ?? Infinity) * 60_000;
  for (const [done, { method, photo, metrics }] of open.entries()) {
    if (Date.now() > end) break;
    signal.throwIfAborted();
    const size = backbone.preprocessing.size[0];
    const drawn = drawMushroom(genera[photo % genera.length]!, { seed: unseen + photo, size });
    const images = toTensor([{ ...drawn, data: drawn.pixels }], backbone);
    const one = contestants[method]!;
    const [row] = await compare(
      one.parts,
      images,
      { [method]: one },
      {
        metrics,
        masks: [{ ...drawn, values: drawn.masks.mushroom }],
        percentiles: [20, 40, 60, 80],
        steps: 10,
        samples: 4,
        seed: photo,
        model,
        baselines: [],
        signal,
      },
    );
    await figures.add({ method, photo, scores: row!.scores });
    images.dispose();
    progress.update(done + 1, open.length);
  }
  progress.stop();
  await writeTables(options.write, contestants, figures.all);
  fact('tables', options.write);
});
