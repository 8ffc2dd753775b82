// How good a trained classifier is: on the photos of its run that it was not trained on, or on any others.
import { splitNames } from '@shroom/data';
import { answer, assess } from '@shroom/train';
import { Command, Option } from 'commander';
import { announceAssessment } from './pipeline/announce';
import { loadClassifier } from './pipeline/classifier';
import { columnsOption } from './pipeline/columns';
import { startEngine } from './pipeline/engine';
import { photosOf, photosOfRun } from './pipeline/evaluation-photos';
import { logitsOfPhotos } from './pipeline/logits';
import { engineOption, integer } from './pipeline/options';
import { fact, heading, runProgram, warn } from './pipeline/terminal';

const command = new Command('npx tsx examples/evaluate.ts')
  .description(
    'Accuracy with intervals, class by class, calibration, and how often it is not sure.',
  )
  .requiredOption('--model <folder>', 'what `npm start` trained, such as runs/drawn-seed0')
  .option('--data <set>', 'other photos, a folder per class, instead of those of the run')
  .addOption(columnsOption())
  .addOption(
    new Option('--part <name>', 'of the photos of the run').choices(splitNames).default('test'),
  )
  .option('--resamples <count>', 'of the bootstrap intervals', integer(10), 1000)
  .option('--json', 'everything as JSON on standard output')
  .addOption(engineOption());

await runProgram(async signal => {
  const options = command.parse().opts<{
    model: string;
    data?: string;
    columns?: string;
    part: (typeof splitNames)[number];
    resamples: number;
    json?: true;
    engine: 'auto';
  }>();
  heading('Engine');
  const engine = await startEngine(options.engine);
  fact(engine.name, engine.reason);
  const classifier = await loadClassifier(options.model, signal);
  const { classes, certainty } = classifier;

  heading('Photos');
  const { data, model, part, resamples } = options;
  const { known, strange, strangeClasses, seen } =
    data === undefined
      ? await photosOfRun(model, part, signal)
      : await photosOf(data, model, classes, signal, options.columns);
  fact('photos', `${known.length} of classes that it knows, ${strange.length} of others`);
  if (seen === undefined) warn(`${model} has no split.json: it may have been trained on these`);
  else if (seen > 0) warn(`trained on ${seen} of them, or chosen by them: too good a score`);
  if (known.length === 0)
    throw new Error(`None of the photos is of a class it knows: ${classes.join(', ')}.`);
  const logits = await logitsOfPhotos(known, classifier, signal);
  const labels = known.map(photo => photo.label);
  const assessment = assess(labels, logits, classes.length, certainty, { resamples });

  // Of what it cannot know, the best answer is "not sure".
  let unsure = 0;
  if (strange.length > 0) {
    heading('Of classes that it does not know');
    const others = await logitsOfPhotos(strange, classifier, signal);
    for (let row = 0; row < strange.length; row++) {
      const own = others.subarray(row * classes.length, (row + 1) * classes.length);
      if (!answer(own, certainty).sure) unsure += 1;
    }
    const share = Math.round((100 * unsure) / strange.length);
    fact('not sure', `of ${share} % of ${strange.length} photos: ${strangeClasses.join(', ')}`);
  }
  announceAssessment(classes, assessment);
  if (!options.json) return;
  const hardest = assessment.hardest.map(each => ({ ...each, file: known[each.sample]!.id }));
  const others = { photos: strange.length, unsure };
  process.stdout.write(`${JSON.stringify({ classes, ...assessment, hardest, strange: others })}\n`);
});
