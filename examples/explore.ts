// Writes a page with sliders that shows a photo's heat maps by class, layer and method. The page loads nothing.
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { engineOption, integer } from '@shroom/classifier/command';
import { decode, readDimensions } from '@shroom/data/node';
import {
  explain,
  gradCam,
  gradCamPlusPlus,
  layerCam,
  prepareModel,
  suggestTaps,
} from '@shroom/gradcam';
import { type PageMap, toHtml } from '@shroom/gradcam/pictures';
import { Command } from 'commander';
import { announceEngine, open } from './pipeline/open';
import { fact, heading, runProgram } from './pipeline/terminal';

const command = new Command('npx tsx examples/explore.ts')
  .description('Writes a page for exploring the heat maps of a photo by class, layer and method.')
  .argument('<photo>', 'a JPEG, PNG, WebP, GIF or AVIF file')
  .requiredOption('--model <folder>', 'a run of `npm start`, such as runs/drawn-seed0')
  .option('--classes <count>', 'number of classes, most probable first', integer(1), 3)
  .option('--layers <count>', 'number of layers, best suited first', integer(1), 2)
  .option('--out <file>', 'file of the page', 'heat-maps.html')
  .addOption(engineOption());
type Given = { model: string; out: string; engine?: 'auto' };
const methods = {
  'Grad-CAM': gradCam(),
  'Grad-CAM++': gradCamPlusPlus(),
  LayerCAM: layerCam(),
};

await runProgram(async signal => {
  command.parse();
  const [file] = command.args as [string];
  const counts = command.opts<{ classes: number; layers: number }>();
  const { model: folder, out, engine } = command.opts<Given>();
  await announceEngine(engine);
  const classifier = await open(folder, signal);
  const { classes, model } = classifier;
  const images = classifier.imagesOf([await decode(file, classifier.preprocessing.size)]);
  const [first] = await explain(model, images, { link: 'softmax' });
  const { probabilities } = first!;
  const ranked = [...classes.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);

  heading('Heat maps');
  const maps: PageMap[] = [];
  for (const { tap } of suggestTaps(model).slice(0, counts.layers)) {
    const parts = prepareModel(model, { tap, link: 'softmax' });
    for (const [method, weigh] of Object.entries(methods)) {
      for (const classIndex of ranked.slice(0, counts.classes)) {
        signal.throwIfAborted();
        const [found] = await explain(parts, images, { classIndex, method: weigh });
        maps.push({ className: classes[classIndex]!, layer: tap, method, map: found!.map });
      }
    }
  }
  images.dispose();
  // Browsers rotate a photo by its EXIF orientation, as the decoder did for the model.
  const bytes = await readFile(file);
  const { width, height } = await readDimensions(bytes);
  const page = await toHtml({ file: bytes, width, height }, maps, {
    title: `${basename(file)}: ${classes[ranked[0]!]!}`,
    note: 'Bright places raised the score of the class. Never eat a mushroom because of a photo.',
    probabilities: classes.map((className, k) => ({ className, probability: probabilities[k]! })),
  });
  await writeFile(out, page);
  fact(out, `${maps.length} maps, ${Math.round(page.length / 1024)} KiB`);
});
