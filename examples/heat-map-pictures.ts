// Draws the picture of @shroom/gradcam's README: one drawn mushroom, explained in four ways.
import { fileURLToPath } from 'node:url';
import { drawMushroom } from '@shroom/drawn';
import { explain, normalizeMap, overlay, prepareModel, resizeMap } from '@shroom/gradcam';
import {
  contactSheet,
  contoursOf,
  drawContours,
  jetPanels,
  lastConvolution,
  meanGradCam,
  sharedScale,
  signedOverlay,
} from '@shroom/gradcam/pictures';
import { Command } from 'commander';
import sharp from 'sharp';
import { open } from './pipeline/open';
import { fact, heading, runProgram } from './pipeline/terminal';

const usual = fileURLToPath(new URL('../docs/images/pictures.jpg', import.meta.url));
const command = new Command('npx tsx examples/heat-map-pictures.ts')
  .description('Draws one drawn mushroom in the styles of the pictures of @shroom/gradcam.')
  .argument('<folder>', 'a run of `npm start`, such as runs/drawn-seed0')
  .argument('[file]', 'a JPEG file', usual);

await runProgram(async signal => {
  const [folder, file] = command.parse().processedArgs as [string, string];
  const classifier = await open(folder, signal);
  const { classes, model, preprocessing } = classifier;
  const [size] = preprocessing.size;
  const { pixels } = drawMushroom('Amanita', { seed: 9, size });
  const photo = { data: pixels, height: size, width: size };
  const images = classifier.imagesOf([photo]);

  const last = prepareModel(model, { link: 'softmax' });
  const convolution = prepareModel(model, { tap: lastConvolution(model), link: 'softmax' });
  const explained = async (name: string) => {
    const [explanation] = await explain(last, images, { classIndex: classes.indexOf(name) });
    return explanation!;
  };
  const [amanita, russula] = [await explained('Amanita'), await explained('Russula')];
  const heat = normalizeMap(resizeMap(amanita.map, [size, size]));
  const [ofConvolution] = await explain(convolution, images, { method: meanGradCam() });
  const threePanels = jetPanels(photo, ofConvolution!.map, 0);
  const lastPanel = { left: 2 * size, top: 0, width: size, height: size };
  const raw = { height: size, width: 3 * size, channels: 3 } as const;
  const blended = await sharp(threePanels.data, { raw }).extract(lastPanel).raw().toBuffer();
  const scale = sharedScale([amanita.signed, russula.signed]);

  const sheet = await contactSheet(
    [
      {
        picture: drawContours(overlay(photo, heat), contoursOf(heat, [0.25, 0.5, 0.75])),
        caption: 'Amanita, contours at 1/4, 1/2 and 3/4',
      },
      {
        picture: signedOverlay(photo, amanita.signed, { scale }),
        caption: 'For Amanita orange, against it blue',
      },
      {
        picture: signedOverlay(photo, russula.signed, { scale }),
        caption: 'For and against Russula, on that scale',
      },
      { picture: { ...photo, data: blended }, caption: 'The last convolution, in JET' },
    ],
    { columns: 4, title: 'What speaks for a fly agaric' },
  );
  const {
    width,
    height,
    size: bytes,
  } = await sharp(Buffer.from(sheet)).jpeg({ quality: 82, mozjpeg: true }).toFile(file);
  heading('Pictures');
  fact(file, `${width} x ${height}, ${Math.round(bytes / 1024)} KiB`);
});
