import '@tensorflow/tfjs-backend-wasm';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, type ViTConfig, vit, vitVariants } from '@shroom/models';
import { setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formula } from '../../../models/test/formula';
import { UnsupportedExportError } from '../../src/errors';
import { exportToTimm } from '../../src/exports/timm';
import { disposeNetwork } from '../../src/file/assemble';
import { formulaClassifier } from './formula-network';
import { timmCases } from './timm-cases';

// The figures are timm's, of what this test exports: tools/reference/timm_exports.py.
const reference = JSON.parse(
  await readFile(new URL('./reference/timm.json', import.meta.url), 'utf8'),
);

let folder: string;
beforeAll(async () => {
  await setBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'shroom-timm-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(timmCases)('%s, exported for timm', (name, side) => {
  const expected = reference.exports[name];

  test('has the tensors that timm has, and the features that timm computes with them', async () => {
    const source = await formulaClassifier(name, side);
    await exportToTimm(source, join(folder, name), {});
    const bytes = await readFile(join(folder, name, 'model.safetensors'));
    const { checkpoint } = readSafetensors(bytes);
    const names = [...checkpoint]
      .filter(([tensor]) => tensor !== 'pos_embed')
      .map(([tensor, { shape }]) => `${tensor} [${shape.join(', ')}]`)
      .sort();
    expect(names.length).toBe(expected.tensors);
    const hash = createHash('sha256').update(names.join('\n')).digest('hex');
    expect(hash).toBe(expected.sha256_of_names_and_shapes);

    const images = tensor4d(formula(2 * side * side * 3, 1, 4), [2, side, side, 3]);
    const maps = source.network.extractors[0]!.backbone.model.predict(images) as Tensor;
    const values = await maps.data();
    const { features } = expected;
    expect(maps.shape).toEqual(features.shape);
    for (const [k, sample] of (features.samples as number[]).entries()) {
      const found = values[(k * 104729 + 17) % values.length]!;
      expect(Math.abs(found - sample) / features.largest).toBeLessThan(1e-4);
    }
    images.dispose();
    maps.dispose();
    disposeNetwork(source.network);
    // On a busy machine, a whole network of wasm takes a while.
  }, 120_000);

  test('says how timm prepares photos', async () => {
    const config = JSON.parse(await readFile(join(folder, name, 'config.json'), 'utf8'));
    const { architecture, pretrained_cfg: cfg } = config;
    expect(architecture).toBe(expected.architecture);
    const { input_size, mean, std, crop_pct, crop_mode } = expected;
    expect(cfg).toMatchObject({ input_size, crop_pct, crop_mode });
    for (const [k, value] of [...mean, ...std].entries())
      expect([...cfg.mean, ...cfg.std][k]).toBeCloseTo(value, 6);
  });
});

test.each([
  ['mean', { global_pool: 'avg', fc_norm: false }, 0],
  ['attention', {}, 13],
] as const)(
  'a SigLIP pooled by %s says so to timm, and has no weights but those of that pooling',
  async (pooling, args, count) => {
    const source = await formulaClassifier('vit_tiny_patch16_224', 32);
    const [extractor] = source.network.extractors;
    // The parts of the large network, in a small one.
    const config: ViTConfig = {
      ...vitVariants.vit_base_patch16_siglip_224,
      ...{ width: 24, heads: 3, depth: 1 },
    };
    const model = vit(config, { inputSize: [32, 32], pooled: pooling === 'attention' });
    const backbone = {
      ...extractor!.backbone,
      ...{ model, name: 'vit_base_patch16_siglip_224', tokens: { prefix: 0, attention: true } },
    };
    const network = { ...source.network, extractors: [{ ...extractor!, backbone, pooling }] };
    const path = join(folder, pooling);
    await exportToTimm({ ...source, network }, path, {});
    const { model_args } = JSON.parse(await readFile(join(path, 'config.json'), 'utf8'));
    expect(model_args).toEqual({ img_size: [32, 32], ...args });
    const { checkpoint } = readSafetensors(await readFile(join(path, 'model.safetensors')));
    expect([...checkpoint.keys()].filter(name => name.startsWith('attn_pool.'))).toHaveLength(
      count,
    );
    model.dispose();
    disposeNetwork(source.network);
  },
);

test.each(['alexnet', 'resnet50_keras'] as const)('%s is not in timm', async name => {
  const source = await formulaClassifier(name, 64);
  await expect(exportToTimm(source, join(folder, name), {})).rejects.toThrow(
    UnsupportedExportError,
  );
  await expect(exportToTimm(source, join(folder, name), {})).rejects.toThrow(
    new RegExp(`timm has no '${name}'; of ours it has resnet18`),
  );
  disposeNetwork(source.network);
});
