// The whole pipeline: photographs -> features -> head -> evaluation -> explanation.
import { join } from 'node:path';
import { splitByClass } from '@shroom/data';
import { attachHead, classifierHead } from '@shroom/head';
import {
  assess,
  balancedClassWeights,
  evaluateOn,
  fit,
  fitCertainty,
  logitsOf,
} from '@shroom/train';
import { HistoryLog, loadCheckpoint, saveCheckpoint } from '@shroom/train/node';
import { announceData, announceResult, announceTraining } from './pipeline/announce';
import { loadBackbone, saveClassifier } from './pipeline/classifier';
import { startEngine } from './pipeline/engine';
import { EpochMaps } from './pipeline/epoch-maps';
import { extractFeatures } from './pipeline/features';
import { explainTest } from './pipeline/gallery';
import { parseTrainOptions } from './pipeline/options';
import { openPhotos } from './pipeline/photos';
import { reportContent } from './pipeline/report';
import { historyRow, openRunFolder, saveMetrics, saveReport, saveSplit } from './pipeline/results';
import { fact, heading, Progress, runProgram, stopwatch } from './pipeline/terminal';

await runProgram(async signal => {
  const options = parseTrainOptions(process.argv);
  const { seed, epochs, batch, out, labelSmoothing, map } = options;
  const clock = stopwatch();
  await openRunFolder(out);

  heading('Engine');
  const engine = await startEngine(options.engine);
  fact(engine.name, engine.reason);

  heading('Photos');
  const photos = await openPhotos(options.data, options.drawn, signal);
  const split = splitByClass(photos.photos, { seed });
  await saveSplit(out, photos, split, seed);
  announceData(photos, split);

  heading('Backbone');
  const backbone = await loadBackbone(options.size, signal);
  fact(
    backbone.name,
    `${backbone.weights.source}, ${backbone.weights.licence}; frozen, photos at ${options.size} px`,
  );
  clock.lap('load');
  const features = await extractFeatures(photos, split, backbone, { views: options.views, signal });
  clock.lap('features');

  heading('Head');
  const classes = photos.classes.length;
  const head = classifierHead(backbone.channels, classes, { seed });
  const { labels } = features.train;
  const classWeights =
    options.classWeights === 'balanced' ? balancedClassWeights(labels, classes) : undefined;
  const bar = new Progress('training', 'steps');
  const log = await HistoryLog.open(out);
  const classifier = { backbone, classes: photos.classes, model: attachHead(backbone.model, head) };
  const shown = photos.photos[split.validation[0]!]!;
  const epochMaps = await EpochMaps.open(out, shown, classifier, map);
  let note = '';
  const onStep = ({ done, total }: { done: number; total: number }) =>
    bar.update(done, total, note);
  const recipe = { epochs, batchSize: batch, seed, classWeights, labelSmoothing, onStep, signal };
  for await (const report of fit(head, { ...features, classes }, recipe)) {
    const onTraining = await evaluateOn(head, features.train, classes);
    await log.append(historyRow(report, onTraining.accuracy));
    await epochMaps.record(report.epoch);
    const facts = { epoch: String(report.epoch), validationLoss: String(report.validation.loss) };
    await saveCheckpoint(
      join(out, 'checkpoints/last.safetensors'),
      head,
      facts,
      report.optimiser.state,
    );
    if (report.best) await saveCheckpoint(join(out, 'checkpoints/best.safetensors'), head, facts);
    note = `epoch ${report.epoch}, validation ${(100 * report.validation.accuracy).toFixed(1)} %`;
  }
  bar.stop();
  announceTraining(log.rows, epochs);
  await loadCheckpoint(join(out, 'checkpoints/best.safetensors'), head);
  const { validation, test } = features;
  const certainty = fitCertainty(validation.labels, await logitsOf(head, validation), classes);
  await saveClassifier(out, backbone, photos.classes, 'checkpoints/best.safetensors', certainty);
  const logits = await logitsOf(head, test);
  const assessment = assess(test.labels, logits, classes, certainty);
  clock.lap('head');

  heading('Explanations');
  const how = { out, map, signal };
  const gallery = await explainTest(photos, split.test, assessment, logits, classifier, how);
  clock.lap('explain');

  const seconds = clock.seconds();
  await saveReport(
    out,
    reportContent({
      photos,
      split,
      engine,
      options,
      assessment,
      history: log.rows,
      gallery,
      epochs: { photo: shown, pictures: await epochMaps.pictures() },
      seconds,
      backbone,
    }),
  );
  await saveMetrics(out, photos, split, engine, options, assessment, seconds);
  announceResult(photos.classes, assessment, seconds, out);
});
