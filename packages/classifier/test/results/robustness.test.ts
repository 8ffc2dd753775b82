import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Photo } from '@shroom/data';
import type { Backbone } from '@shroom/models';
import { memory, setBackend, tensor1d, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extractorOf } from '../../src/network/extractor';
import { judgeOf, photosToWorsen, robustnessOf } from '../../src/results/robustness';

let folder: string;
beforeAll(async () => {
  await setBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'robustness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const side = 8;

/** Calls a photo bright (class 1) if its average is above 100, else dim (class 0). */
function brightness() {
  const images = input({ shape: [side, side, 3] });
  const same = layers.conv2d({ filters: 3, kernelSize: 1, useBias: false, name: 'same' });
  const maps = same.apply(images) as SymbolicTensor;
  const network = model({ inputs: images, outputs: maps });
  same.setWeights([tensor4d([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 3, 3])]);
  const backbone = {
    ...{ name: 'same', model: network, channels: 3, taps: [] },
    weights: { source: 'test', license: 'MIT', sha256: '0'.repeat(64) },
    preprocessing: {
      ...{ size: [side, side], channelOrder: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
      ...{ resize: 'squash', cropFraction: 1, interpolation: 'bilinear' },
    },
    dispose: () => network.dispose(),
  } as unknown as Backbone;
  const features = input({ shape: [3] });
  const dense = layers.dense({ units: 2 });
  const head = model({ inputs: features, outputs: dense.apply(features) as SymbolicTensor });
  dense.setWeights([tensor2d([0, 1 / 3, 0, 1 / 3, 0, 1 / 3], [3, 2]), tensor1d([0, -100])]);
  const classes = ['dim', 'bright'];
  return { extractors: [extractorOf(backbone)], head, classes, task: 'single-label' } as const;
}

const plain = { temperature: 1, threshold: 0.5, coverage: 0.9 };
const certainty = { plain, averaged: plain };

/** A photo of one gray value. */
async function gray(value: number, label: number): Promise<Photo> {
  const path = join(folder, `${value}.png`);
  const background = { r: value, g: value, b: value };
  await sharp({ create: { width: side, height: side, channels: 3, background } })
    .png()
    .toFile(path);
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { id: path, label, sha256, origin: { kind: 'file', path } } as Photo;
}

test('bright photos become dim when they are darkened, and stay bright when blurred or compressed', async () => {
  const network = brightness();
  // The last photo is dim but labeled bright, so its answer is always wrong.
  const photos = [await gray(200, 1), await gray(220, 1), await gray(20, 0), await gray(30, 1)];
  const logits = Float32Array.of(0, 100, 0, 120, 0, -80, 0, -70);
  const before = memory().numTensors;
  const found = await robustnessOf(photos, logits, network, judgeOf({ certainty }), {
    ...{ size: [side, side], photos: 10 },
  });
  expect(memory().numTensors).toBe(before);
  expect(found.photos).toBe(4);
  expect(found.plain.value).toBe(3 / 4);
  const shares = found.conditions.map(({ name, accuracy, lost, gained }) => [
    name,
    accuracy.value,
    lost,
    gained,
  ]);
  expect(shares).toEqual([
    ['blurred', 3 / 4, 0, 0],
    ['compressed', 3 / 4, 0, 0],
    ['dark', 1 / 4, 2, 0],
  ]);
});

test('with several classes, an answer is right only if all classes are right', async () => {
  const own = { ...plain, thresholds: [0.5, 0.2] };
  const isRight = judgeOf({ certainty: { plain: own, averaged: own } });
  const photo = { ...(await gray(200, 0)), labels: [0, 1] };
  expect(isRight(Float32Array.of(2, -1), photo)).toBe(true); // 0.27 is above 0.2
  expect(isRight(Float32Array.of(2, -2), photo)).toBe(false);
  expect(isRight(Float32Array.of(2, -2), { ...photo, labels: [0] })).toBe(true);
});

test('a long run can afford more photos than a short one', () => {
  expect([0, 2000, 1e6].map(photosToWorsen)).toEqual([16, 24, 304]);
});
