/**
 * Measures how good classifiers of real photographs are when they are trained in several ways, over five seeds and two
 * kinds of splits. Writes docs/results.md and docs/calibration.md. Only validation scores choose the recommended way.
 *
 *     npx tsx accuracy.ts [--table <manifest.csv>] [--seeds <count>] [--kinds stratified,grouped] [--docs <folder>]
 *
 * The table has columns `file`, `genus`, `source` and `source_label`; default ../shared/mushrooms/manifest.csv. Runs are kept
 * in the cache folder, so the program can be stopped and continued.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type TrainEvent, train } from '@shroom/classifier';
import { printerTo, runProgram, startBar } from '@shroom/classifier/command';
import { cacheFolder } from '@shroom/models/node';
import { writeAtomically } from '@shroom/train/node';
import { calibrationPage } from './accuracy/calibration-page';
import { chosenOf, type Row, resultsPage } from './accuracy/page';
import { spread } from './accuracy/spread';
import { type Trial, trialOf } from './accuracy/trial';
import { type SplitKind, splits, ways } from './accuracy/ways';

const printer = printerTo(process.stderr);
const { fact, heading } = printer;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

await runProgram(async signal => {
  const { values } = parseArgs({
    options: {
      table: { type: 'string', default: here('../../shared/mushrooms/manifest.csv') },
      seeds: { type: 'string', default: '5' },
      kinds: { type: 'string', default: Object.keys(splits).join(',') },
      docs: { type: 'string', default: here('../docs') },
    },
  });
  const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
  const kinds = (Object.keys(splits) as SplitKind[]).filter(kind =>
    values.kinds.split(',').includes(kind),
  );

  heading('Training');
  const progress = startBar(printer, 'trainings', 'trainings');
  const trials = ways.map((): Record<SplitKind, Trial[]> => ({ stratified: [], grouped: [] }));
  let done = 0;
  const total = ways.length * kinds.length * seeds.length;
  for (const kind of kinds)
    for (const seed of seeds)
      for (const [index, { name, options }] of ways.entries()) {
        const out = join(cacheFolder(), 'accuracy', `${kind}-${seed}-${index}`);
        const how = { ...options, seed, group: splits[kind], out, overwrite: true, signal };
        let photos: Trial['photos'] = [0, 0, 0];
        const onEvent = (event: TrainEvent) => {
          if (event.kind !== 'photos') return;
          const { train, validation, test } = event.split.split;
          photos = [train.length, validation.length, test.length];
        };
        const run = await train(values.table, { ...how, onEvent });
        trials[index]![kind].push(trialOf(run, photos));
        progress.update(++done, total, `${kind}, seed ${seed}, ${name}`);
      }
  progress.stop();
  const rows = ways.map(({ name }, index): Row => ({ name, trials: trials[index]! }));
  for (const { name, trials } of rows)
    for (const kind of kinds) {
      const { mean } = spread(trials[kind].map(({ test }) => test.accuracy));
      fact('accuracy', `${name}, ${kind}: ${mean.toFixed(3)}`);
    }
  for (const [name, page] of [
    ['results.md', resultsPage(rows)],
    ['calibration.md', calibrationPage([rows[0]!, chosenOf(rows)])],
  ] as const) {
    await writeAtomically(join(values.docs, name), page);
    fact('written', join(values.docs, name));
  }
});
