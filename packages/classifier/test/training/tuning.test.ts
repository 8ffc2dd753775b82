import '@tensorflow/tfjs-backend-cpu';
import { architectures, cutAt } from '@shroom/models';
import { recipes } from '@shroom/train';
import { setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { CutExtractor } from '../../src/network/extractor';
import { tuningRecipe } from '../../src/training/tuning';

/** A network after a cut, as far as the recipe depends on it. */
function cutOf(name: 'resnet18' | 'vit_tiny_patch16_224', place: string) {
  const { build, taps, tokens } = architectures[name];
  const backbone = { model: build({ inputSize: [32, 32] }), taps, ...(tokens && { tokens }) };
  const cut = { extractor: { backbone }, cut: cutAt(backbone, place) } as unknown as CutExtractor;
  return { cut, depthOf: cut.cut.depthOf, model: backbone.model };
}

test('learning rates fall from stage to stage, and slower from block to block of a transformer', async () => {
  await setBackend('cpu');
  const { cut: resnet, model: one } = cutOf('resnet18', 'layer3');
  expect(tuningRecipe(resnet, 'single-label')).toEqual(recipes.finetune);
  const { cut: vit, depthOf, model: other } = cutOf('vit_tiny_patch16_224', 'blocks.9');
  const { stageDecay } = tuningRecipe(vit, 'single-label');
  const weights = ['logits/kernel', 'norm/gamma', 'blocks.11.attn.qkv/kernel'];
  const lower = 'blocks.10.mlp.fc2/bias';
  expect([...weights, lower].map(name => stageDecay! ** depthOf(name))).toEqual([
    1,
    0.75,
    0.75 ** 2,
    0.75 ** 3,
  ]);
  expect(tuningRecipe(vit, 'single-label', 0.6).stageDecay).toBe(0.6);
  const { classWeights, ...rest } = tuningRecipe(vit, 'multi-label');
  expect(classWeights).toBeUndefined();
  expect(rest.stageDecay).toBe(0.75);
  one.dispose();
  other.dispose();
});
