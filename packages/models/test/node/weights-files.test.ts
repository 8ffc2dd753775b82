import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Architecture, architectures, checkpointOf, loadWeights } from '../../src/index';
import { loadBackbone, openSafetensors, openWeights, writeSafetensors } from '../../src/node/index';
import { formulaCheckpoint } from '../formula';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-weights-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Weights of a network by formula, as a file of one of its dialects. */
async function save(name: 'resnet18' | 'convnext_tiny', dialectIndex: number): Promise<string> {
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
    backbone.dispose();
    expect(memory().numTensors).toBe(before);
    expect((await readdir(folder)).filter(each => each.endsWith('.part'))).toEqual([]);
  });

  test('are known by their hash, and refused when it is another', async () => {
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

  test('that are cut, or not there, are refused by name', async () => {
    const path = await save('resnet18', 0);
    await truncate(path, 1000);
    await expect(openSafetensors(path)).rejects.toThrow(`${path} is not a whole safetensors file`);
    await expect(openWeights(join(folder, 'none.safetensors'))).rejects.toThrow(/no such file/);
    await expect(openWeights('npm:some@1.0.0#x.safetensors')).rejects.toThrow(/give its integrity/);
    await expect(openWeights('npm:some')).rejects.toThrow(/should be npm:name@version/);
  });
});
