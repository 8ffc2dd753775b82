/**
 * Measures whether the percentages are true on real photographs. Each photo is classified by a classifier that has not seen
 * it, with five folds and five seeds, for the reference recipe and for the way that the accuracy table chose. Writes
 * docs/calibration.md.
 *
 *     npx tsx calibration.ts [--table <manifest.csv>] [--seeds <count>] [--kinds stratified,grouped] [--out <file>]
 *
 * Trained results are kept in the cache folder, so the program can be stopped and continued. If the training code changes,
 * use another folder (SHROOM_CACHE), or delete `calibration/` in it.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEngine } from '@shroom/classifier';
import { openPhotos } from '@shroom/data/node';
import { resnet50 } from '@shroom/models/node';
import { recipes } from '@shroom/train';
import { writeAtomically } from '@shroom/train/node';
import { fact, heading, progressBar, runProgram } from '../examples/pipeline/terminal';
import { ablations } from './accuracy/ablations';
import { type CalibrationRow, calibrationPage } from './accuracy/calibration-page';
import { type SeedScores, seedScores } from './accuracy/calibration-scores';
import { photoFeatures } from './accuracy/features';
import { type FoldLogits, outOfFold, type Way } from './accuracy/out-of-fold';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const size = 299;

const { phase, ...best } = ablations.mixup;
const ways: readonly Way[] = [
  {
    name: 'the reference: averages, an MLP, the reference recipe with its second phase; four views in training',
    features: 'average',
    head: 'mlp',
    views: 4,
    testViews: 1,
    recipe: recipes.reference,
    chooses: true,
  },
  {
    ...best,
    name: 'the best: covariances of both stages, class weights, smoothing, mixup; four views, averaged at test',
    recipe: phase,
    chooses: false,
  },
];

await runProgram(async signal => {
  const { values } = parseArgs({
    options: {
      table: { type: 'string', default: here('../../shared/mushrooms/manifest.csv') },
      seeds: { type: 'string', default: '5' },
      kinds: { type: 'string', default: 'stratified,grouped' },
      out: { type: 'string', default: here('../docs/calibration.md') },
    },
  });
  const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);

  heading('Engine');
  const engine = await startEngine('auto');
  fact(engine.name, engine.reason);
  heading('Photos');
  const set = await openPhotos(values.table, { group: ['source', 'source_label'], signal });
  const labels = Int32Array.from(set.photos, ({ label }) => label);
  const classes = set.classes.length;
  fact('photos', `${set.photos.length} of ${classes} classes`);
  const backbone = await resnet50({ size, signal });
  const features = await photoFeatures(set.photos, backbone, engine, signal);
  const samples = {
    stratified: set.photos.map(({ id, label }) => ({ id, label })),
    grouped: set.photos,
  };

  heading('Training');
  const progress = progressBar('folds', 'folds');
  const kinds = (['stratified', 'grouped'] as const).filter(kind =>
    values.kinds.split(',').includes(kind),
  );
  const total = ways.length * kinds.length * seeds.length * 5;
  let done = 0;
  const rows: CalibrationRow[] = [];
  for (const kind of kinds)
    for (const way of ways) {
      const found: SeedScores[] = [];
      for (const seed of seeds) {
        const folds: FoldLogits[] = [];
        for await (const fold of outOfFold(way, features, samples[kind], {
          classes,
          seed,
          signal,
        })) {
          folds.push(fold);
          progress.update(++done, total, `${kind}, seed ${seed}`);
        }
        found.push(seedScores(folds, labels, classes, seed));
      }
      rows.push({ name: way.name, kind, seeds: found });
    }
  progress.stop();
  const page = calibrationPage(rows, set.photos.length).replace(/\n+$/, '\n');
  process.stdout.write(page);
  await writeAtomically(values.out, page);
  fact('results', values.out);
});
