import '@tensorflow/tfjs-backend-cpu';
import {
  memory,
  randomNormal,
  setBackend,
  sum,
  type Tensor,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type LayersModel, model as modelOf, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Architecture, architectures, cutAt, loadWeights, TokenPooling } from '../src/index';
import { resNet, resNetTaps } from '../src/resnet/network';
import { formulaCheckpoint } from './formula';

beforeAll(async () => {
  await setBackend('cpu');
});

/** Small enough for the slowest engine. */
const config = {
  block: 'basic',
  depths: [1, 1, 1, 1],
  epsilon: 1e-5,
  convolutionBias: false,
  strideOn: '3x3',
} as const;

function network() {
  const model = resNet(config as never, { inputSize: [32, 32] });
  for (const weight of model.weights) {
    const size = weight.shape.slice(0, -1).reduce((product, side) => product! * side!, 1)!;
    const deviation = 1 / Math.sqrt(size);
    const isScale = /gamma|moving_variance/.test(weight.originalName);
    if (!isScale) weight.write(randomNormal(weight.shape as number[], 0, deviation, 'float32', 7));
  }
  return { model, taps: resNetTaps(config as never) };
}

const bytes = async (model: LayersModel, names: RegExp) =>
  Promise.all(
    model.weights
      .filter(({ originalName }) => names.test(originalName))
      .map(async weight => Array.from(await weight.read().data())),
  );

describe('a cut backbone', () => {
  test('computes the same as the whole backbone, wherever it is cut', async () => {
    const { model, taps } = network();
    const images = randomNormal([2, 32, 32, 3]);
    const whole = await (model.predict(images) as Tensor).data();
    for (const place of ['stem', 'layer2', 'layer3']) {
      const { frozen, trained, shape } = cutAt({ model, taps }, place);
      const maps = frozen.predict(images) as Tensor;
      expect(maps.shape.slice(1)).toEqual(shape);
      const parts = await trained.apply(maps, { training: false }).data();
      expect(Array.from(parts)).toEqual(Array.from(whole));
    }
    expect(() => cutAt({ model, taps }, 'layer9')).toThrow(/Its stages are stem, layer1/);
    expect(() => cutAt({ model, taps }, 'layer4.0.relu1')).toThrow(/'layer3.0.relu' bypasses it/);
    expect(() => cutAt({ model, taps }, 'layer4')).toThrow(/No layer of the backbone comes after/);
    model.dispose();
  });

  test('has weights after the cut: pooling alone cannot be trained', () => {
    const { build, taps, tokens } = architectures.vit_tiny_patch16_224;
    const { inputs, outputs, layers } = build({ inputSize: [16, 16] });
    const pooling = new TokenPooling({ mode: 'mean', ...tokens! });
    const pooled = modelOf({ inputs, outputs: pooling.apply(outputs[0]!) as SymbolicTensor });
    expect(() => cutAt({ model: pooled, taps }, 'norm')).toThrow(
      /No layer with weights to train comes after 'norm'\. Cut at an earlier stage, such as blocks\.11\./,
    );
    expect(cutAt({ model: pooled, taps }, 'blocks.11').trained.trainableWeights).toHaveLength(2);
    for (const layer of layers) layer.dispose();
  });

  test('of a transformer computes the same after blocks.9, and each block is a stage of its own', async () => {
    const { build, dialects, taps }: Architecture = architectures.vit_tiny_patch16_224;
    const model = build({ inputSize: [32, 32] });
    await loadWeights(model, formulaCheckpoint(model, dialects[0]!), dialects[0]);
    const images = randomNormal([2, 32, 32, 3], 0, 1, 'float32', 7);
    const whole = await (model.predict(images) as Tensor).data();
    const { frozen, trained, depthOf } = cutAt({ model, taps }, 'blocks.9');
    const tokens = frozen.predict(images) as Tensor;
    expect(tokens.shape).toEqual([2, 5, 192]);
    const parts = await trained.apply(tokens, { training: false }).data();
    expect(Array.from(parts)).toEqual(Array.from(whole));
    // A learning rate that decays by stages decays from block to block.
    const weights = ['norm/gamma', 'blocks.11.attn.qkv/kernel', 'blocks.10.mlp.fc2/bias'];
    expect(weights.map(depthOf)).toEqual([1, 2, 3]);
    model.dispose();
  });

  test('a pooling after the last stage is as far from the logits as that stage, not part of the head', () => {
    const { build, taps }: Architecture = architectures.vit_base_patch16_siglip_224;
    const model = build({ inputSize: [16, 16], pooled: true });
    const { depthOf, trained } = cutAt({ model, taps }, 'blocks.10');
    const names = trained.trainableWeights.map(({ originalName }) => originalName);
    const pooling = names.filter(name => name.startsWith('attn_pool.'));
    expect(pooling).toHaveLength(13);
    expect(pooling.map(depthOf)).toEqual(pooling.map(() => 1));
    expect(['norm/gamma', 'blocks.11.attn.qkv/kernel', 'head/kernel'].map(depthOf)).toEqual([
      1, 2, 0,
    ]);
    model.dispose();
  });

  test('trains the layers after the cut, and batch norms only if told to', async () => {
    const { model, taps } = network();
    const { frozen, trained, depthOf } = cutAt({ model, taps }, 'layer3');
    const names = trained.trainableWeights.map(({ originalName }) => originalName);
    expect(names.sort()).toEqual([
      'layer4.0.conv1/kernel',
      'layer4.0.conv2/kernel',
      'layer4.0.downsample.0/kernel',
    ]);
    expect(frozen.trainableWeights).toEqual([]);
    expect([
      depthOf('layer4.0.conv1/kernel'),
      depthOf('layer3.0.conv1/kernel'),
      depthOf('logits/kernel'),
    ]).toEqual([1, 2, 0]);

    const maps = frozen.predict(randomNormal([4, 32, 32, 3])) as Tensor;
    const before = await bytes(model, /moving_|gamma|beta/);
    const tensors = memory().numTensors;
    const { value, grads } = variableGrads(
      () => sum(trained.apply(maps, { training: true })),
      trained.trainableWeights.map(weight => weight.read() as Variable),
    );
    value.dispose();
    for (const gradient of Object.values(grads)) gradient.dispose();
    expect(Object.keys(grads)).toHaveLength(3);
    expect(memory().numTensors).toBe(tensors);
    expect(await bytes(model, /moving_|gamma|beta/)).toEqual(before);

    const learning = cutAt({ model, taps }, 'layer3', { batchNorm: 'trained' });
    expect(learning.trained.trainableWeights.map(({ originalName }) => originalName)).toContain(
      'layer4.0.bn1/gamma',
    );
    learning.trained.apply(maps, { training: true });
    expect(await bytes(model, /layer4.*moving_/)).not.toEqual(
      await bytes(network().model, /layer4.*moving_/),
    );
    expect(await bytes(model, /layer3.*moving_/)).toEqual(
      await bytes(network().model, /layer3.*moving_/),
    );
    model.dispose();
  });

  test.each([
    ['convnext_tiny', 'stages.2', /^stages\.3\./],
    ['convnext_tiny', 'stages.3.blocks.1.add', /^stages\.3\.blocks\.2/],
    ['efficientnet_lite0', 'blocks.4', /^(blocks\.[56]\.|conv_head)/],
    ['efficientnet_lite0', 'blocks.6.0.bn3', /^conv_head/],
    ['mobilenet_v2', 'blocks.2', /^(blocks\.[3-6]\.|conv_head)/],
    ['inception_v3', 'Mixed_6', /^Mixed_7/],
    ['alexnet', 'features.3', /^features\.(6|8|10)\//],
    ['vit_tiny_patch16_224', 'blocks.9', /^(blocks\.1[01]\.|norm\/)/],
    ['vit_small_patch16_dinov3', 'blocks.9', /^(blocks\.1[01]\.|norm\/)/],
  ] as const)('of %s at %s leaves the rest to be trained', (name, place, rest) => {
    const { build, taps } = architectures[name];
    const model = build({ inputSize: [75, 75] });
    const { trained } = cutAt({ model, taps }, place);
    expect(trained.trainableWeights.length).toBeGreaterThan(0);
    expect(trained.trainableWeights.filter(({ originalName }) => !rest.test(originalName))).toEqual(
      [],
    );
    model.dispose();
  });
});
