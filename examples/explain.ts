// Classifies photos with a trained classifier, and shows which places it looked at.
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { type MapName, PhotoError } from '@shroom/classifier';
import { engineOption, inWords, mapOption } from '@shroom/classifier/command';
import { gradCam } from '@shroom/gradcam';
import { meanGradCam } from '@shroom/gradcam/pictures';
import { Command } from 'commander';
import { announceEngine, open } from './pipeline/open';
import { photoFiles, unusedName } from './pipeline/photo-files';
import { fact, heading, paint, runProgram, say, warn } from './pipeline/terminal';

const command = new Command('npx tsx examples/explain.ts')
  .description('Prints class probabilities of photos and draws a heat map for each.')
  .argument('<photo...>', 'photos, or folders of photos')
  .requiredOption('--model <folder>', 'a run of `npm start`, such as runs/drawn-seed0')
  .option('--out <folder>', 'folder for the pictures', 'explanations')
  .option(
    '--json',
    'prints only one line of JSON per photo on standard output, and draws no pictures',
  )
  .addOption(mapOption())
  .addOption(engineOption());

const maps = {
  gradcam: { how: { method: gradCam() }, layout: 'panels' },
  'last-convolution': {
    how: { method: meanGradCam(), tap: 'last-convolution' },
    layout: 'jet',
  },
} as const satisfies Record<MapName, object>;

await runProgram(async signal => {
  command.parse();
  const {
    model,
    out,
    json,
    map = 'gradcam',
    engine,
  } = command.opts<{
    model: string;
    out: string;
    json?: true;
    map?: MapName;
    engine?: 'auto';
  }>();
  const files = await photoFiles(command.args);
  await announceEngine(engine);
  const classifier = await open(model, signal);
  const { how, layout } = maps[map];

  heading('Photos');
  if (!json) await mkdir(out, { recursive: true });
  const written = new Set<string>();
  for (const file of files) {
    try {
      const [found] = await classifier.explain(file, { ...how, signal });
      const { class: name, known, probabilities, fits, sure } = found!;
      if (json) {
        const labels = found!.task === 'multi-label' ? { labels: found!.labels } : {};
        const line = { file, known, class: name, probabilities, fits, sure, ...labels };
        process.stdout.write(`${JSON.stringify(line)}\n`);
        continue;
      }
      const said = inWords(found!);
      const path = join(out, unusedName(parse(file).name, '.png', written));
      await writeFile(path, await found!.toPng({ layout, caption: said }));
      fact(basename(file), `${paint('bold', said)}  ${paint('dim', path)}`);
    } catch (error) {
      if (!(error instanceof PhotoError)) throw error;
      process.exitCode = 1;
      warn(error.message);
    }
  }
  if (!json) say(paint('dim', '\n  Never eat a mushroom because of a photo.\n'));
});
