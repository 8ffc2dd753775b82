// Trains the last stages of the backbone of a classifier that `npm start` trained, with its head.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyManifest, parseManifest } from '@shroom/data';
import { evaluateOn, fitCertainty, logitsOf, recipes, selectFrom } from '@shroom/train';
import { fitWithCheckpoints, openRun } from '@shroom/train/node';
import { Command } from 'commander';
import { loadClassifier, saveClassifier } from './pipeline/classifier';
import { startEngine } from './pipeline/engine';
import { extractFeatures } from './pipeline/features';
import { engineOption, integer, type TrainOptions } from './pipeline/options';
import { openPhotos } from './pipeline/photos';
import { validationHalves } from './pipeline/splitting';
import { fact, heading, Progress, runProgram } from './pipeline/terminal';
import { classifierOn } from './pipeline/training';

const command = new Command('npx tsx examples/finetune.ts')
  .description('Trains the last stages of a backbone with the head that was trained on it.')
  .argument('<run>', 'what `npm start` trained, such as runs/drawn-seed0')
  .option('--from <place>', 'the last stage or layer that stays frozen', 'layer3')
  .option('--epochs <count>', 'passes over the training photos, at most', integer(1), 12)
  .option('--views <count>', 'views of each training photo, kept on disk', integer(1, 64), 4)
  .option('--out <folder>', 'where the classifier goes (default: <run>-finetuned)')
  .addOption(engineOption());

await runProgram(async signal => {
  command.parse();
  const run = command.args[0]!.replace(/[/\\]+$/, '');
  const given = command.opts<{ from: string; epochs: number; views: number; engine: 'auto' }>();
  const { out = `${run}-finetuned` } = command.opts<{ out?: string }>();
  const { configuration } = await openRun<TrainOptions>(run);
  const { group, seed } = configuration;

  heading('Classifier');
  const engine = await startEngine(given.engine);
  fact(engine.name, engine.reason);
  const { backbone, classes, head, cut } = await loadClassifier(run, signal, given.from);
  fact('cut', `${cut.layer}, feature maps of ${cut.shape.join(' x ')}; what is after is trained`);

  heading('Photos');
  const photos = await openPhotos(configuration, signal);
  const manifest = parseManifest(await readFile(join(run, 'split.json'), 'utf8'));
  const split = applyManifest(manifest, photos);
  const seen = { views: given.views, cut, engine, signal };
  const features = await extractFeatures(photos, split, backbone, seen);
  const { train, validation, test } = features.maps!;

  heading('Fine-tuning');
  const classifier = classifierOn(head, cut);
  const before = await evaluateOn(classifier, test, classes.length, { signal });
  const bar = new Progress('training', 'steps');
  let note = '';
  const how = { ...recipes.finetune, epochs: given.epochs, seed, depthOf: cut.depthOf, signal };
  // Started again, it goes on from the checkpoints in the folder.
  const checkpoints = join(out, 'checkpoints');
  // Half of the validation photos choose the epoch, the others calibrate the answers.
  const halves = validationHalves(photos, split, group, seed);
  const [calibrating, choosing] = halves.map(half => selectFrom(validation, half));
  const sets = { train, validation: choosing!, classes: classes.length, classNames: classes };
  for await (const report of fitWithCheckpoints(checkpoints, classifier, sets, {
    ...how,
    onStep: ({ done, total }) => bar.update(done, total, note),
  }))
    note = `epoch ${report.epoch}, validation ${(100 * report.validation.accuracy).toFixed(1)} %`;
  bar.stop();
  const logits = await logitsOf(classifier, calibrating!, { signal });
  const certainty = fitCertainty(calibrating!.labels, logits, classes.length);
  await saveClassifier(out, backbone, classes, 'checkpoints/best.safetensors', certainty, cut);
  const after = await evaluateOn(classifier, test, classes.length, { signal });
  await features.close();

  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  for (const [name, score] of [
    ['accuracy', 'accuracy'],
    ['macro-F1', 'macroF1'],
  ] as const)
    fact(name, `${percent(before[score])} before, ${percent(after[score])} after`);
  fact('classifier', `${out}; npx tsx examples/explain.ts <photo> --model ${out}`);
});
