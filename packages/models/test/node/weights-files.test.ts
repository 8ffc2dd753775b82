import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Architecture,
  type ArchitectureName,
  architectures,
  checkpointOf,
  imagenetPreprocessing,
  loadWeights,
} from '../../src/index';
import {
  loadBackbone,
  openSafetensors,
  openWeights,
  usualPreprocessing,
  writeSafetensors,
} from '../../src/node/index';
import { formulaCheckpoint } from '../formula';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-weights-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Weights of a network by formula, as a file of one of its dialects. */
async function save(name: ArchitectureName, dialectIndex: number): Promise<string> {
  const { build, dialects }: Architecture = architectures[name];
  const dialect = dialects[dialectIndex]!;
  const network = build({ inputSize: [32, 32], classes: 10 });
  await loadWeights(network, formulaCheckpoint(network, dialects[0]!), dialects[0]);
  const path = join(folder, `${name}.${dialect.name}.safetensors`);
  await writeSafetensors(path, checkpointOf(network, dialect));
  network.dispose();
  return path;
}

describe('weights in a file', () => {
  test.each([
    ['resnet18', 0, 'torchvision'],
    ['resnet18', 1, 'transformers'],
    ['convnext_tiny', 1, 'torchvision'],
    ['efficientnet_lite1', 1, 'efficientnet_pytorch'],
    ['mobilenet_v2', 1, 'torchvision'],
  ] as const)('%s, dialect %d (%s), come back to the bit', async (name, index, dialectName) => {
    const { dialects }: Architecture = architectures[name];
    expect(dialects[index]!.name).toBe(dialectName);
    const path = await save(name, index);
    const before = memory().numTensors;
    const options = { includeTop: true, classes: 10, size: 32 };
    const backbone = await loadBackbone(name, path, options);
    const again = join(folder, 'again.safetensors');
    await writeSafetensors(again, checkpointOf(backbone.model, dialects[index]));
    expect((await readFile(again)).equals(await readFile(path))).toBe(true);
    expect(backbone.weights.source).toBe(path);
    const { size: _, ...usual } = usualPreprocessing(name);
    expect(backbone.preprocessing).toMatchObject(usual);
    backbone.dispose();
    expect(memory().numTensors).toBe(before);
    expect((await readdir(folder)).filter(each => each.endsWith('.part'))).toEqual([]);
  });

  test('without a word on preprocessing get that of known weights of their architecture, or ImageNet’s', () => {
    expect(usualPreprocessing('efficientnet_lite1')).toMatchObject({
      ...{ mean: [0.5, 0.5, 0.5], interpolation: 'bicubic', size: [240, 240] },
    });
    expect(usualPreprocessing('resnet18').mean).toEqual([0.485, 0.456, 0.406]);
    expect(usualPreprocessing('of_my_own')).toEqual(imagenetPreprocessing([224, 224]));
  });

  test('are identified by their hash, and refused if it differs', async () => {
    const path = await save('resnet18', 0);
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    const weights = await openWeights(path, { sha256 });
    expect(weights.sha256).toBe(sha256);
    await weights.close();
    await expect(openWeights(path, { sha256: 'c'.repeat(64) })).rejects.toThrow(
      /sha256 should be c/,
    );
  });

  test('that are cut or missing are refused with the name of the file', async () => {
    const path = await save('resnet18', 0);
    await truncate(path, 1000);
    await expect(openSafetensors(path)).rejects.toThrow(`${path} is not a whole safetensors file`);
    await expect(openWeights(join(folder, 'none.safetensors'))).rejects.toThrow(/no such file/);
    await expect(openWeights('npm:some@1.0.0#x.safetensors')).rejects.toThrow(/give its integrity/);
    await expect(openWeights('npm:some')).rejects.toThrow(/should be npm:name@version/);
  });
});

describe('a disk that accepts only a part of a write', () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => index);
  const checkpoint = new Map([['x', { shape: [1000], read: async () => values }]]);

  /** Every write takes 100 bytes at most; after `room` bytes the disk is full. */
  async function limitWrites(room: number) {
    const probe = await open(join(folder, 'probe'), 'w');
    const prototype = Object.getPrototypeOf(probe);
    const { write } = prototype;
    await probe.close();
    let left = room;
    return vi.spyOn(prototype, 'write').mockImplementation(async function (
      this: unknown,
      bytes: Uint8Array,
      offset = 0,
    ) {
      const length = Math.min(100, left, bytes.length - offset);
      if (length === 0 && bytes.length > offset) throw new Error('no space left on device');
      left -= length;
      return write.call(this, bytes, offset, length);
    } as never);
  }

  test('the rest is written too', async () => {
    const path = join(folder, 'parts.safetensors');
    const limited = await limitWrites(10_000);
    await writeSafetensors(path, checkpoint);
    limited.mockRestore();
    const file = await openSafetensors(path);
    expect(await file.checkpoint.get('x')!.read()).toEqual(values);
    await file.close();
  });

  test('no partial file is left on a full disk, and the earlier file stays', async () => {
    const path = join(folder, 'full.safetensors');
    await writeSafetensors(path, checkpoint, { run: '1' });
    const limited = await limitWrites(2_000);
    await expect(writeSafetensors(path, checkpoint, { run: '2' })).rejects.toThrow(/no space/);
    limited.mockRestore();
    const file = await openSafetensors(path);
    expect(file.metadata).toEqual({ run: '1' });
    await file.close();
    expect((await readdir(folder)).filter(name => name.startsWith('full'))).toEqual([
      'full.safetensors',
    ]);
  });
});

test('a folder in place of a file is named', async () => {
  for (const reading of [openSafetensors(folder), loadBackbone('resnet18', folder)])
    await expect(reading).rejects.toThrow(`${folder} cannot be read: it is a folder`);
});
