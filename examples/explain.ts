// What a trained classifier says of any photo, and what it looked at.
import { basename, join, parse } from 'node:path';
import { DecodeError, decode, decodeWithin } from '@shroom/data/node';
import { explain } from '@shroom/gradcam';
import { answer } from '@shroom/train';
import { Command } from 'commander';
import { inWords } from './pipeline/answer';
import { loadClassifier } from './pipeline/classifier';
import { startEngine } from './pipeline/engine';
import { toTensor } from './pipeline/features';
import { type MapName, mappingOf } from './pipeline/heat-map';
import { engineOption, mapOption } from './pipeline/options';
import { photoFiles, unusedName } from './pipeline/photo-files';
import { captioned, savePng } from './pipeline/pictures';
import { fact, heading, paint, runProgram, say, warn } from './pipeline/terminal';

const command = new Command('npx tsx examples/explain.ts')
  .description('Class probabilities and a heat map for photos.')
  .argument('<photo...>', 'photos, or folders of photos')
  .requiredOption('--model <folder>', 'what `npm start` trained, such as runs/drawn-seed0')
  .option('--out <folder>', 'where the pictures go', 'explanations')
  .option(
    '--json',
    'one line of JSON a photo on standard output, nothing else there, and no pictures',
  )
  .addOption(mapOption())
  .addOption(engineOption());

await runProgram(async signal => {
  command.parse();
  const options = command.opts<{
    model: string;
    out: string;
    json?: true;
    map: MapName;
    engine: 'auto';
  }>();
  const files = await photoFiles(command.args);
  heading('Engine');
  const engine = await startEngine(options.engine);
  fact(engine.name, engine.reason);
  const { backbone, classes, model, certainty } = await loadClassifier(options.model, signal);
  const { parts, method, draw } = mappingOf(model, options.map);

  heading('Photos');
  const written = new Set<string>();
  let failed = 0;
  for (const file of files) {
    signal.throwIfAborted();
    try {
      const images = toTensor([await decode(file, backbone.preprocessing.size)], backbone);
      const [explanation] = await explain(parts, images, { method });
      images.dispose();
      const { logits, map } = explanation!;
      const { classIndex, probabilities, fitting } = answer(logits, certainty);
      const name = classes[classIndex]!;
      const fits = fitting.map(k => classes[k]!);
      if (options.json) {
        const named = Object.fromEntries(classes.map((each, k) => [each, probabilities[k]]));
        const line = { file, class: name, probabilities: named, fits, sure: fits.length === 1 };
        process.stdout.write(`${JSON.stringify(line)}\n`);
        continue;
      }
      const said = inWords(name, probabilities[classIndex]!, fits);
      const path = join(options.out, unusedName(parse(file).name, '.png', written));
      // Drawn on the photo in its own proportions: the map covers the whole of it.
      await savePng(captioned(draw(await decodeWithin(file, 480), map), said), path);
      fact(basename(file), `${paint('bold', said)}  ${paint('dim', path)}`);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      failed += 1;
      warn(`${file}: ${error.message}`);
    }
  }
  if (failed > 0) process.exitCode = 1;
  if (!options.json) say(paint('dim', '\n  Never eat a mushroom because of a photo.\n'));
});
