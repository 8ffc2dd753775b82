// A small complete pipeline: draws mushrooms by day and at dusk, computes features with random filters, trains a head to
// tell day from dusk, and makes a heat map. It is compiled as ESM and as CommonJS, and bundled by Vite.
import { adjustBrightness, normalize, splitByClass } from '@shroom/data';
import { drawMushroom } from '@shroom/drawn';
import { explain, overlay, resizeMap } from '@shroom/gradcam';
import { graphTapsOf } from '@shroom/gradcam/graph';
import { sparseness } from '@shroom/gradcam/metrics';
import { encodePng } from '@shroom/gradcam/pictures';
import { attachHead, classifierHead } from '@shroom/head';
import { architectures } from '@shroom/models';
import { type EpochReport, evaluateOn, type FeatureSet, fit } from '@shroom/train';
import '@tensorflow/tfjs-backend-cpu';
import { mean, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';

const size = 32;
const channels = 16;
const lights = [1, 0.5];
const half = [0.5, 0.5, 0.5] as const;
const preprocessing = { channelOrder: 'RGB', scale: 1 / 255, mean: half, std: half } as const;

async function main(): Promise<void> {
  const photos = Array.from({ length: 60 }, (_, seed) => {
    const { pixels } = drawMushroom('Amanita', { seed, size });
    const drawn = { data: pixels, height: size, width: size };
    const label = seed % 2;
    return { id: `${seed}`, label, picture: adjustBrightness(drawn, lights[label]!) };
  });
  const images = (indices: readonly number[]): Tensor4D => {
    const input = new Float32Array(indices.length * size * size * 3);
    for (const [row, index] of indices.entries())
      normalize(photos[index]!.picture, preprocessing, input, row * size * size * 3);
    return tensor4d(input, [indices.length, size, size, 3]);
  };

  const kernelInitializer = initializers.glorotUniform({ seed: 1 });
  const inputShape = [size, size, 3];
  const filters = { filters: channels, kernelSize: 4, strides: 4, activation: 'relu' } as const;
  const conv = layers.conv2d({ ...filters, inputShape, kernelInitializer });
  const backbone = sequential({ layers: [conv] });
  const featuresOf = async (indices: readonly number[]): Promise<FeatureSet> => {
    const pooled = tidy(() => mean(backbone.predict(images(indices)) as Tensor4D, [1, 2]));
    const values = (await pooled.data()) as Float32Array;
    const labels = Int32Array.from(indices, index => photos[index]!.label);
    return { values, labels, views: 1, channels };
  };
  const parts = splitByClass(photos, { seed: 0 });
  const train = await featuresOf(parts.train);
  const validation = await featuresOf(parts.validation);

  const head = classifierHead(channels, 2, { seed: 0 });
  const reports: EpochReport[] = [];
  const recipe = { epochs: 20, patience: 20, batchSize: 8, schedule: () => 0.02 };
  for await (const report of fit(head, { train, validation, classes: 2 }, recipe))
    reports.push(report);
  const { accuracy } = await evaluateOn(head, await featuresOf(parts.test), 2);

  const [first] = parts.test;
  const [explanation] = await explain(attachHead(backbone, head), images([first!]));
  const { map } = explanation!;
  const png = await encodePng(overlay(photos[first!]!.picture, resizeMap(map, [size, size])));
  const there = [graphTapsOf, sparseness, architectures.resnet50.build].map(each => typeof each);
  const outcome = { accuracy, epochs: reports.length, map: [map.height, map.width], there };
  console.log(JSON.stringify({ ...outcome, png: String.fromCharCode(...png.slice(1, 4)) }));
}

main();
