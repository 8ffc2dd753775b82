/**
 * This library's part of the comparison with pytorch-grad-cam, torch-cam, captum and Quantus. The other part is
 * `tools/reference/libraries.py`, which describes how to run both.
 *
 *     npx tsx integration/libraries/ours.ts FOLDER NETWORK SIZE [--costly] PHOTO...
 *
 * Writes the inputs of the other libraries (weights and images) and this library's maps and metrics to FOLDER/NETWORK-SIZE.
 * `--costly` runs only the methods that need a pass for each channel.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '@shroom/backend-ort';
import { normalize } from '@shroom/data';
import { decode } from '@shroom/data/node';
import {
  ablationCam,
  augmented,
  cam,
  type ExplainOptions,
  eigenCam,
  eigenGradCam,
  eigenSmoothed,
  explain,
  fem,
  finer,
  fullGrad,
  fuseMaps,
  gradCam,
  gradCamElementWise,
  gradCamPlusPlus,
  type HeatMap,
  hiResCam,
  integratedGradients,
  kpcaCam,
  layerCam,
  logitPlusLogProbability,
  occlusion,
  type PreparedModel,
  prepareModel,
  saliency,
  scoreCam,
  segEigenCam,
  shapleyCam,
  xGradCam,
} from '@shroom/gradcam';
import {
  adcc,
  arcc,
  complexity,
  confidenceChange,
  deletion,
  energyInMask,
  insertion,
  intersectionOverUnion,
  pointingGame,
  rankAccuracy,
  road,
  sparseness,
} from '@shroom/gradcam/metrics';
import { guidedBackprop, guidedGradCam } from '@shroom/gradcam/unfaithful';
import {
  architectures,
  caffePreprocessing,
  checkpointOf,
  imagenetPreprocessing,
  loadWeights,
  ownDialect,
} from '@shroom/models';
import { resnet50Classifier, writeSafetensors } from '@shroom/models/node';
import { setBackend, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { formulaCheckpoint } from '../../packages/models/test/formula';

const given = process.argv.slice(2);
const costly = given.includes('--costly');
const [folder, name, side, ...files] = given.filter(each => each !== '--costly') as [
  string,
  'resnet50' | 'resnet18' | 'convnext_tiny',
  string,
];
const size = [Number(side), Number(side)] as const;
const out = join(folder, `${name}-${side}`);
mkdirSync(out, { recursive: true });
await setBackend('ort');

/**
 * ResNet50 has the weights that Keras published. The other networks have weights by a formula, which Python computes in the
 * same way.
 */
async function network() {
  if (name === 'resnet50') {
    const { model } = await resnet50Classifier({ size });
    await writeSafetensors(join(out, 'weights.safetensors'), checkpointOf(model, ownDialect));
    return { model, taps: architectures.resnet50_keras.taps };
  }
  const { build, dialects, taps } = architectures[name];
  const model = build({ inputSize: size, classes: 1000 });
  const torchvision = dialects.find(dialect => dialect.name === 'torchvision')!;
  await loadWeights(model, formulaCheckpoint(model, torchvision), torchvision);
  return { model, taps };
}
const { model, taps } = await network();
const stages = name === 'convnext_tiny' ? ['stages.3', 'stages.2'] : ['layer4', 'layer3'];
const [last, earlier] = stages.map(stage => taps.find(each => each.stage === stage)!.layer);
const link = 'softmax' as const;
const parts = prepareModel(model, { tap: last!, link });
const parted = {
  last: parts,
  earlier: prepareModel(model, { tap: earlier!, link }),
  images: prepareModel(model, { tap: model.inputs[0]!.name, link }),
};

const preprocessing =
  name === 'resnet50' ? caffePreprocessing([...size]) : imagenetPreprocessing([...size]);
const pixels = 3 * size[0] * size[1];
const values = new Float32Array(files.length * pixels);
for (const [index, file] of files.entries())
  normalize(
    await decode(file, {
      size: [...size],
      resize: 'crop',
      cropFraction: 1,
      interpolation: 'bilinear',
    }),
    preprocessing,
    values,
    index * pixels,
  );
const images: Tensor4D = tensor4d(values, [files.length, ...size, 3]);
writeFileSync(join(out, 'images.f32'), values);

const first = await explain(parts, images);
const classIndex = first.map(each => each.classIndex);

type Row = [at: keyof typeof parted, options: ExplainOptions];
const usual = (at: 'last' | 'earlier'): Record<string, Row> => ({
  [`gradCam@${at}`]: [at, { method: gradCam() }],
  [`hiResCam@${at}`]: [at, { method: hiResCam() }],
  [`gradCamElementWise@${at}`]: [at, { method: gradCamElementWise() }],
  [`layerCam@${at}`]: [at, { method: layerCam() }],
  [`gradCamPlusPlusPgc@${at}`]: [at, { method: gradCamPlusPlus({ variant: 'pgc' }) }],
  [`gradCamPlusPlusTorchcam@${at}`]: [at, { method: gradCamPlusPlus({ variant: 'torchcam' }) }],
  [`xGradCam@${at}`]: [at, { method: xGradCam() }],
  [`eigenCam@${at}`]: [at, { method: eigenCam() }],
  [`eigenGradCam@${at}`]: [at, { method: eigenGradCam() }],
  [`segEigenCam@${at}`]: [at, { method: segEigenCam() }],
  [`kpcaCam@${at}`]: [at, { method: kpcaCam() }],
  [`fem@${at}`]: [at, { method: fem() }],
  [`shapleyCam@${at}`]: [at, { method: shapleyCam(), target: logitPlusLogProbability }],
});
const rows: Record<string, Row> = {
  ...usual('last'),
  ...usual('earlier'),
  'finerPgc@last': ['last', { target: finer() }],
  'finerTorchcam@last': ['last', { target: finer({ variant: 'torchcam' }) }],
  'eigenSmoothed@last': ['last', { method: eigenSmoothed(gradCam()) }],
  'augmented@last': ['last', { method: augmented(gradCam()) }],
  ...(parts.pooled && { 'cam@last': ['last', { method: cam() }] satisfies Row }),
  'saliency@images': ['images', { method: saliency() }],
  'inputTimesGradient@images': ['images', { method: hiResCam() }],
  'integratedGradients@images': ['images', { method: integratedGradients({ steps: 16 }) }],
  'occlusion@images': ['images', { method: occlusion({ places: 7 }) }],
  'fullGrad@images': ['images', { method: fullGrad() }],
  'guidedBackprop@images': ['images', { method: guidedBackprop() }],
  'guidedGradCam@images': ['images', { method: guidedGradCam(parts) }],
};
/** Methods that need a pass of the network for each channel. */
const ofChannels: Record<string, Row> = {
  'scoreCam@last': ['last', { method: scoreCam() }],
  'ablationCam@last': ['last', { method: ablationCam({ ablate: 'pgc', variant: 'paper' }) }],
};

const shapes: Record<string, number[]> = {};
for (const [row, [at, options]] of Object.entries(costly ? ofChannels : rows)) {
  const start = performance.now();
  try {
    const found = await explain(parted[at] as PreparedModel, images, { ...options, classIndex });
    const { height, width } = found[0]!.signed;
    shapes[row] = [found.length, height, width];
    const all = Float32Array.from(found.flatMap(({ signed }) => [...signed.values]));
    writeFileSync(join(out, `${row}.f32`), all);
    console.log(row, `${((performance.now() - start) / 1000).toFixed(1)} s`);
  } catch (error) {
    console.log(row, `${error}`);
  }
}

/** The center of the image, where a photographed object usually is. It only has to be the same for all libraries. */
const mask = { values: new Float32Array(size[0] * size[1]), height: size[0], width: size[1] };
for (let y = 0; y < size[0]; y++)
  for (let x = 0; x < size[1]; x++)
    if (Math.abs(y / size[0] - 0.5) < 0.25 && Math.abs(x / size[1] - 0.5) < 0.25)
      mask.values[y * size[1] + x] = 1;
const finished: HeatMap[] = first.map(({ map }) => fuseMaps([map], size));
writeFileSync(
  join(out, 'finished.f32'),
  Float32Array.from(finished.flatMap(each => [...each.values])),
);
const explanations = first.map((each, image) => ({ ...each, map: finished[image]! }));
const change = await confidenceChange(parts, images, explanations);
const steps = { steps: 32, draws: 1 };
const metrics = {
  sparseness: finished.map(sparseness),
  complexity: finished.map(complexity),
  pointingGame: finished.map(map => pointingGame(map, mask)),
  energyInMask: finished.map(map => energyInMask(map, mask)),
  rankAccuracy: finished.map(map => rankAccuracy(map, mask)),
  intersectionOverUnion: finished.map(map => intersectionOverUnion(map, mask)),
  absoluteDrop: change.map(each => each.absoluteDrop),
  relativeDrop: change.map(each => each.relativeDrop),
  averageIncrease: change.map(each => Number(each.increased)),
  road: (
    await road(parts, images, explanations, { ties: 'together', percentiles: [20, 50, 80] })
  ).map(each => each.combined),
  arcc: (await arcc(parts, images, explanations, { ties: 'together' })).map(each => each.score),
  adcc: (await adcc(parts, images, explanations)).map(each => each.score),
  deletion: (await deletion(parts, images, explanations, steps)).map(each => [...each.scores]),
  insertion: (await insertion(parts, images, explanations, { ...steps, fill: 'zero' })).map(
    each => [...each.scores],
  ),
};
const logits = first.map(each => [...each.logits]);
writeFileSync(
  join(out, 'ours.json'),
  JSON.stringify({ name, size: size[0], files, classIndex, logits, shapes, metrics }),
);
console.log('written', out);
