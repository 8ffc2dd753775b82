// The whole pipeline: photographs -> features -> head -> evaluation -> explanation.
import { join } from 'node:path';
import { attachHead, classifierHead } from '@shroom/head';
import {
  balancedClassWeights,
  evaluateOn,
  fit,
  type HistoryRow,
  logitsOf,
  probabilities,
} from '@shroom/train';
import { loadCheckpoint, saveCheckpoint } from '@shroom/train/node';
import { announceData, announceResult, announceTraining } from './pipeline/announce';
import { loadBackbone, saveClassifier } from './pipeline/classifier';
import { startEngine } from './pipeline/engine';
import { extractFeatures } from './pipeline/features';
import { explainTest } from './pipeline/gallery';
import { parseTrainOptions } from './pipeline/options';
import { openPhotos } from './pipeline/photos';
import { reportContent } from './pipeline/report';
import {
  historyRow,
  openRunFolder,
  saveHistory,
  saveMetrics,
  saveReport,
  saveSplit,
} from './pipeline/results';
import { splitPhotos } from './pipeline/splitting';
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
  const photos = await openPhotos(options.data, options.drawn, options.group, signal);
  const parts = await splitPhotos(photos, options.group, seed, signal);
  const { split } = parts;
  await saveSplit(out, photos, parts, seed);
  announceData(photos, parts);

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
  const history: HistoryRow[] = [];
  let note = '';
  const onStep = ({ done, total }: { done: number; total: number }) =>
    bar.update(done, total, note);
  const recipe = { epochs, batchSize: batch, seed, classWeights, labelSmoothing, onStep, signal };
  for await (const report of fit(head, { ...features, classes }, recipe)) {
    history.push(historyRow(report));
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
  announceTraining(history, epochs);
  await loadCheckpoint(join(out, 'checkpoints/best.safetensors'), head);
  await saveHistory(out, history);
  await saveClassifier(out, backbone, photos.classes, 'checkpoints/best.safetensors');
  const test = await evaluateOn(head, features.test, classes);
  clock.lap('head');

  heading('Explanations');
  const classifier = { backbone, classes: photos.classes, model: attachHead(backbone.model, head) };
  const probability = probabilities(await logitsOf(head, features.test), classes);
  const gallery = await explainTest(photos, split.test, probability, classifier, {
    out,
    map,
    signal,
  });
  clock.lap('explain');

  const seconds = clock.seconds();
  await saveReport(
    out,
    reportContent({ photos, split, engine, options, test, history, gallery, seconds, backbone }),
  );
  await saveMetrics(out, photos, split, engine, options, test, seconds);
  announceResult(photos.classes, test, seconds, out);
});
