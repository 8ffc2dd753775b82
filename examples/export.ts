// Writes a trained classifier as one ONNX file that includes its classes and its preprocessing.
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine } from '@shroom/classifier';
import { engineOption } from '@shroom/classifier/command';
import { drawMushroom, genera } from '@shroom/drawn';
import { exportOnnx } from '@shroom/models';
import { type Tensor, transpose } from '@tensorflow/tfjs-core';
import { Command, Option } from 'commander';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { open } from './pipeline/open';
import { fact, heading, runProgram } from './pipeline/terminal';

const command = new Command('npx tsx examples/export.ts')
  .description(
    'Writes a trained classifier as ONNX, from images [N, 3, H, W] to logits and the last feature map.',
  )
  .requiredOption('--model <folder>', 'a run of `npm start`, such as runs/drawn-seed0')
  .option('--out <file>', 'the ONNX file (default: classifier.onnx in the model folder)')
  .addOption(
    new Option('--weights <kind>', 'how weights are stored')
      .choices(['float32', 'float16', 'int8'])
      .default('float32'),
  )
  .addOption(engineOption());

await runProgram(async signal => {
  command.parse();
  const options = command.opts<{
    model: string;
    out?: string;
    weights: 'float32' | 'float16' | 'int8';
    engine?: 'auto';
  }>();
  const file = options.out ?? join(options.model, 'classifier.onnx');
  await startEngine(options.engine);
  const classifier = await open(options.model, signal);
  const { classes, model, preprocessing } = classifier;
  const features = classifier.taps.at(-1)!.layer;

  heading('Export');
  const bytes = await exportOnnx(model, {
    outputs: { logits: model.layers.at(-1)!.name, features },
    weights: options.weights,
    classes,
    preprocessing,
  });
  await writeFile(file, bytes);
  fact('file', `${file}, ${((await stat(file)).size / 1e6).toFixed(1)} MB`);
  fact('classes', classes.join(', '));

  const [size] = preprocessing.size;
  const drawn = genera.slice(0, 3).map(genus => {
    const { pixels, height, width } = drawMushroom(genus, { seed: 1, size });
    return { data: pixels, height, width };
  });
  const images = classifier.imagesOf(drawn);
  const expected = await (model.predict(images) as Tensor).data();
  const channelsFirst = transpose(images, [0, 3, 1, 2]);
  const session = await InferenceSession.create(file);
  const data = (await channelsFirst.data()) as Float32Array;
  const { logits } = await session.run({
    images: new OnnxTensor('float32', data, channelsFirst.shape),
  });
  const largest = Math.max(...Array.from(expected, Math.abs));
  const furthest = Math.max(
    ...Array.from(expected, (value, k) => Math.abs(value - Number(logits!.data[k]))),
  );
  fact('change', `${(furthest / largest).toExponential(1)} of the largest logit, in ONNX Runtime`);
});
