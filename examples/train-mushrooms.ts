// The whole pipeline: photographs -> features -> classifier -> evaluation -> explanation.
import { attachHead, classifierHead } from '@shroom/head';
import { cutAt } from '@shroom/models';
import { announceData, announceResult, announceTraining } from './pipeline/announce';
import { loadBackbone, saveClassifier } from './pipeline/classifier';
import { startEngine } from './pipeline/engine';
import { extractFeatures } from './pipeline/features';
import { explainTest } from './pipeline/gallery';
import { parseTrainOptions } from './pipeline/options';
import { openPhotos } from './pipeline/photos';
import { mostEpochs, recipeOf } from './pipeline/recipe';
import { reportContent } from './pipeline/report';
import * as results from './pipeline/results';
import { splitPhotos } from './pipeline/splitting';
import { fact, heading, runProgram, stopwatch } from './pipeline/terminal';
import { evaluateTest } from './pipeline/test-evaluation';
import { trainClassifier } from './pipeline/training';
import { TrainingLog } from './pipeline/training-log';

await runProgram(async signal => {
  const { options, resumed } = await parseTrainOptions(process.argv);
  const { seed, size, views, testViews, finetune, out, map } = options;
  const clock = stopwatch();
  await results.openRunFolder(out);

  heading('Engine');
  const engine = await startEngine(options.engine);
  fact(engine.name, engine.reason);
  const goesOn = await results.saveConfiguration(options, engine, resumed);

  heading('Photos');
  const photos = await openPhotos(options, signal);
  const parts = await splitPhotos(photos, options.group, seed, options.split);
  const { split, halves } = parts;
  await results.saveSplit(out, photos, parts, seed);
  announceData(photos, parts);

  heading('Backbone');
  const backbone = await loadBackbone(size, signal);
  const { source, license } = backbone.weights;
  const cut = finetune === 'none' ? undefined : cutAt(backbone, finetune);
  const frozen = cut ? `frozen up to ${cut.layer}` : 'frozen';
  fact(backbone.name, `${source}, ${license}; ${frozen}, photos at ${size} px`);
  clock.lap('load');
  const seen = { views, testViews, cut, engine, signal };
  const features = await extractFeatures(photos, split, backbone, seen);
  clock.lap('features');

  heading('Training');
  const classes = photos.classes.length;
  const startHead = () => classifierHead(backbone.channels, classes, { seed });
  const head = startHead();
  const whole = { backbone, classes: photos.classes, model: attachHead(backbone.model, head) };
  const shown = photos.photos[split.validation[0]!]!;
  const log = await TrainingLog.open(out, shown, whole, map, goesOn);
  const recipe = recipeOf(options.recipe, options);
  const named = { classes: photos.classes };
  const how = { recipe, ...named, seed, testViews, halves, startHead, out, signal, log };
  const trained = await trainClassifier(features, head, cut, how);
  await log.save();
  announceTraining(trained.history, mostEpochs(recipe, cut));
  const averaged = { views: testViews, signal };
  const evaluation = await evaluateTest(trained, classes, averaged);
  const { assessment } = evaluation;
  await saveClassifier(out, backbone, photos.classes, trained.file, evaluation.plain, cut);
  clock.lap('head');

  heading('Explanations');
  const gallery = await explainTest(photos, split.test, evaluation, whole, { out, map, signal });
  await features.close();
  clock.lap('explain');

  const seconds = clock.seconds();
  const run = { photos, split, engine, options, assessment, gallery, seconds, backbone };
  await results.saveReport(out, await reportContent(run, log, shown));
  await results.saveMetrics(out, photos, split, engine, options, assessment, seconds);
  announceResult(photos.classes, assessment, seconds, out);
});
