// What a trained classifier says of any photo, and what it looked at.
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { DecodeError, decode, decodeWithin } from '@shroom/data/node';
import { explain, split } from '@shroom/gradcam';
import { Command } from 'commander';
import { loadClassifier } from './pipeline/classifier';
import { startEngine } from './pipeline/engine';
import { toTensor } from './pipeline/features';
import { engineOption } from './pipeline/options';
import { captioned, panels, savePng } from './pipeline/pictures';
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
  .addOption(engineOption());

await runProgram(async signal => {
  command.parse();
  const options = command.opts<{ model: string; out: string; json?: true; engine: 'auto' }>();
  const files = await photosIn(command.args);
  heading('Engine');
  const engine = await startEngine(options.engine);
  fact(engine.name, engine.reason);
  const { backbone, classes, model } = await loadClassifier(options.model, signal);
  const parts = split(model);

  heading('Photos');
  const written = new Set<string>();
  let failed = 0;
  for (const file of files) {
    signal.throwIfAborted();
    try {
      const images = toTensor([await decode(file, backbone.preprocessing.size)], backbone);
      const [explanation] = await explain(parts, images);
      images.dispose();
      const { classIndex, probabilities, map } = explanation!;
      const name = classes[classIndex]!;
      if (options.json) {
        const named = Object.fromEntries(classes.map((each, k) => [each, probabilities[k]]));
        process.stdout.write(`${JSON.stringify({ file, class: name, probabilities: named })}\n`);
        continue;
      }
      const sure = `${name}, ${Math.round(100 * probabilities[classIndex]!)} % sure`;
      const path = join(options.out, unused(parse(basename(file)).name, written));
      // Drawn on the photo in its own proportions: the map covers the whole of it.
      await savePng(captioned(panels(await decodeWithin(file, 480), map), sure), path);
      fact(basename(file), `${paint('bold', sure)}  ${paint('dim', path)}`);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      failed += 1;
      warn(`${file}: ${error.message}`);
    }
  }
  if (failed > 0) process.exitCode = 1;
  if (!options.json) say(paint('dim', '\n  No photo decides whether a mushroom can be eaten.\n'));
});

/** Files as they were named, and all files of the folders that were named. */
async function photosIn(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async path => {
      if (!existsSync(path)) throw new Error(`${path}: there is no such photo or folder.`);
      if (!(await stat(path)).isDirectory()) return [path];
      const entries = await readdir(path, { withFileTypes: true, recursive: true });
      return entries
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name));
    }),
  );
  const files = found.flat().sort();
  if (files.length === 0) throw new Error(`${paths.join(', ')}: no files there.`);
  return files;
}

/** A file name that was not given out before. */
function unused(stem: string, given: Set<string>): string {
  let name = `${stem}.png`;
  for (let count = 2; given.has(name); count++) name = `${stem}-${count}.png`;
  given.add(name);
  return name;
}
