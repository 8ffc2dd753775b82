/**
 * Measures how good classifiers of real photographs are when they are trained in several ways, over five seeds and two
 * kinds of splits. Writes docs/results.md. Only validation scores choose the recommended way.
 *
 *     npx tsx accuracy.ts [--table <manifest.csv>] [--seeds <count>] [--out <file>]
 *
 * The table has columns `file`, `genus`, `source` and `source_label`; default ../shared/mushrooms/manifest.csv.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEngine } from '@shroom/classifier';
import { splitByClass, splitByGroup } from '@shroom/data';
import { openPhotos } from '@shroom/data/node';
import { resnet50 } from '@shroom/models/node';
import { writeAtomically } from '@shroom/train/node';
import { fact, heading, progressBar, runProgram } from '../examples/pipeline/terminal';
import { type Ablation, ablations } from './accuracy/ablations';
import { photoFeatures } from './accuracy/features';
import { type Row, resultsPage, spread } from './accuracy/page';
import { type Trial, trial } from './accuracy/trial';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const size = 299;
const finalName = 'the chosen way, trained on validation photos too';

await runProgram(async signal => {
  const { values } = parseArgs({
    options: {
      table: { type: 'string', default: here('../../shared/mushrooms/manifest.csv') },
      seeds: { type: 'string', default: '5' },
      out: { type: 'string', default: here('../docs/results.md') },
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
  const splits = {
    stratified: seeds.map(seed => splitByClass(set.photos, { seed })),
    grouped: seeds.map(seed => splitByGroup(set.photos, { seed })),
  };
  fact('photos', `${set.photos.length} of ${classes} classes`);
  const backbone = await resnet50({ size, signal });
  const features = await photoFeatures(set.photos, backbone, engine, signal);

  heading('Training');
  const kinds = ['stratified', 'grouped'] as const;
  const progress = progressBar('trials', 'trials');
  const ways: readonly Ablation[] = Object.values(ablations);
  const total = (ways.length + 1) * kinds.length * seeds.length;
  let done = 0;
  const row = async (name: string, ablation: Ablation, withValidation: boolean): Promise<Row> => {
    const trials: Record<(typeof kinds)[number], Trial[]> = { stratified: [], grouped: [] };
    for (const kind of kinds)
      for (const seed of seeds) {
        const how = { classes, seed, withValidation, signal };
        trials[kind].push(await trial(ablation, features, labels, splits[kind][seed]!, how));
        progress.update(++done, total, name);
      }
    const mean = (kind: (typeof kinds)[number], part: keyof Trial) =>
      (['accuracy', 'macroF1'] as const)
        .map(score => spread(trials[kind].map(each => each[part][score])).mean.toFixed(3))
        .join(' / ');
    fact(
      'scores',
      `${name}: validation ${mean('stratified', 'validation')}, test ${mean('stratified', 'test')}; ` +
        `by source ${mean('grouped', 'validation')}, ${mean('grouped', 'test')}`,
    );
    return { name, trials };
  };

  const rows: Row[] = [];
  for (const ablation of ways) rows.push(await row(ablation.name, ablation, false));
  const merit = ({ trials }: Row) =>
    spread(trials.stratified.map(({ validation: v }) => (v.accuracy + v.macroF1) / 2)).mean;
  const best = rows.reduce((most, each) => (merit(each) > merit(most) ? each : most));
  const chosen = ways.find(({ name }) => name === best.name)!;
  fact('chosen', chosen.name);
  const final = await row(finalName, chosen, true);
  progress.stop();

  const sizesOf = (kind: (typeof kinds)[number]) => {
    const { train, validation, test } = splits[kind][0]!;
    return `${train.length} / ${validation.length} / ${test.length}`;
  };
  const page = resultsPage({
    rows,
    chosen: chosen.name,
    final,
    photos: set.photos.length,
    seeds: seeds.length,
    sizes: `Training, validation and test have ${sizesOf('stratified')} photos in the stratified split, and ${sizesOf('grouped')} in the split by source.`,
    command: 'npm run accuracy',
  });
  await writeAtomically(values.out, page);
  fact('results', values.out);
});
