// Tests the Node entries on ONNX Runtime: threads draw and normalize pictures, a head learns to recognize bright pictures,
// and the head is saved and loaded. This is an ES module; `node.cjs` does the same in CommonJS.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ortBackend } from '@shroom/backend-ort';
import { batches } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';
import { classifierHead } from '@shroom/head';
import { cacheFolder } from '@shroom/models/node';
import { evaluateOn, fit } from '@shroom/train';
import { loadCheckpoint, saveCheckpoint } from '@shroom/train/node';
import { avgPool, setBackend, tensor4d } from '@tensorflow/tfjs-core';

const main = async () => {
  await setBackend('ort');
  const half = [0.5, 0.5, 0.5];
  const normalization = { channelOrder: 'RGB', scale: 1 / 255, mean: half, std: half };
  const { photos } = openDrawn(4);
  const values = [];
  for await (const { images, shape } of batches(photos, {
    size: [64, 64],
    normalization,
    workers: 2,
  }))
    for (const value of await avgPool(tensor4d(images, shape), 16, 16, 'valid').data())
      values.push(value);

  const channels = 4 * 4 * 3;
  const light = photos.map((_, i) =>
    values.slice(i * channels, (i + 1) * channels).reduce((sum, value) => sum + value, 0),
  );
  const median = [...light].sort((a, b) => a - b)[light.length / 2];
  const labels = Int32Array.from(light, value => Number(value >= median));
  const part = { values: Float32Array.from(values), labels, views: 1, channels };

  const head = classifierHead(channels, 2, { seed: 0 });
  const data = { train: part, validation: part, classes: 2 };
  for await (const _ of fit(head, data, { epochs: 40, batchSize: 12, schedule: () => 0.01 }));
  const folder = mkdtempSync(join(tmpdir(), 'shroom-node-'));
  await saveCheckpoint(join(folder, 'head.safetensors'), head, {});
  const again = classifierHead(channels, 2, { seed: 1 });
  await loadCheckpoint(join(folder, 'head.safetensors'), again);
  rmSync(folder, { recursive: true });

  const { accuracy } = await evaluateOn(again, part, 2);
  const same = (await evaluateOn(head, part, 2)).loss === (await evaluateOn(again, part, 2)).loss;
  const { runtimeName } = ortBackend();
  console.log(JSON.stringify({ runtimeName, accuracy, same, cache: typeof cacheFolder() }));
};

main();
