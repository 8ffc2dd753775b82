import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  type ArchitectureName,
  architectures,
  checkpointOf,
  convNext,
  convNextTaps,
  createBackbone,
  type Dialect,
  efficientNetLite,
  efficientNetLiteTaps,
  exportOnnx,
  findArchitecture,
  findPretrained,
  imagenetPreprocessing,
  listPretrained,
  resNet,
  resNetTaps,
} from '../src/index';
import { loadBackbone } from '../src/node/index';
import { readReference } from './reference';

function dialect(architecture: ArchitectureName, name: Dialect['name']): Dialect {
  return architectures[architecture].dialects.find(each => each.name === name)!;
}

// torchvision's names need no table here: activations.test.ts loads what the reference script named.
test.each([
  ['resnet50_keras', 'keras', 'bn1/moving_mean', 'bn_conv1/moving_mean'],
  ['resnet50_keras', 'keras', 'layer1.0.conv1/bias', 'res2a_branch2a/bias'],
  ['resnet50_keras', 'keras', 'layer3.5.bn3/gamma', 'bn4f_branch2c/gamma'],
  ['resnet50_keras', 'keras', 'layer4.0.downsample.0/kernel', 'res5a_branch1/kernel'],
  ['resnet50_keras', 'keras', 'layer4.0.downsample.1/beta', 'bn5a_branch1/beta'],
  ['resnet50_keras', 'keras', 'fc/bias', 'fc1000/bias'],
  ['resnet50', 'torchvision', 'layer1.0.bn1/moving_variance', 'layer1.0.bn1.running_var'],
  ['resnet50', 'transformers', 'conv1/kernel', 'resnet.embedder.embedder.convolution.weight'],
  [
    'resnet50',
    'transformers',
    'layer2.3.bn1/gamma',
    'resnet.encoder.stages.1.layers.3.layer.0.normalization.weight',
  ],
  [
    'resnet50',
    'transformers',
    'layer4.0.downsample.1/moving_mean',
    'resnet.encoder.stages.3.layers.0.shortcut.normalization.running_mean',
  ],
  ['resnet50', 'transformers', 'fc/kernel', 'classifier.1.weight'],
  ['convnext_tiny', 'timm', 'stem.1/gamma', 'stem.1.weight'],
  ['convnext_tiny', 'timm', 'stages.0.blocks.0.gamma/scale', 'stages.0.blocks.0.gamma'],
  [
    'convnext_tiny',
    'timm',
    'stages.2.blocks.8.conv_dw/depthwise_kernel',
    'stages.2.blocks.8.conv_dw.weight',
  ],
  ['convnext_tiny', 'torchvision', 'stages.1.downsample.1/kernel', 'features.2.1.weight'],
  ['convnext_tiny', 'torchvision', 'stages.3.blocks.2.gamma/scale', 'features.7.2.layer_scale'],
  [
    'convnext_tiny',
    'transformers',
    'stages.1.downsample.0/beta',
    'convnext.encoder.stages.1.downsampling_layer.0.bias',
  ],
  [
    'convnext_tiny',
    'transformers',
    'stages.0.blocks.2.mlp.fc1/kernel',
    'convnext.encoder.stages.0.layers.2.pwconv1.weight',
  ],
  [
    'convnext_tiny',
    'transformers',
    'stages.0.blocks.2.gamma/scale',
    'convnext.encoder.stages.0.layers.2.layer_scale_parameter',
  ],
  ['convnext_tiny', 'transformers', 'head.norm/gamma', 'convnext.layernorm.weight'],
  ['efficientnet_lite0', 'timm', 'conv_stem/kernel', 'conv_stem.weight'],
  [
    'efficientnet_lite0',
    'timm',
    'blocks.1.0.conv_dw/depthwise_kernel',
    'blocks.1.0.conv_dw.weight',
  ],
  ['efficientnet_lite0', 'efficientnet_pytorch', 'bn1/gamma', '_bn0.weight'],
  [
    'efficientnet_lite0',
    'efficientnet_pytorch',
    'blocks.0.0.conv_pw/kernel',
    '_blocks.0._project_conv.weight',
  ],
  [
    'efficientnet_lite0',
    'efficientnet_pytorch',
    'blocks.2.1.conv_pw/kernel',
    '_blocks.4._expand_conv.weight',
  ],
  [
    'efficientnet_lite1',
    'efficientnet_pytorch',
    'blocks.2.1.bn3/moving_variance',
    '_blocks.5._bn2.running_var',
  ],
  ['efficientnet_lite2', 'efficientnet_pytorch', 'classifier/bias', '_fc.bias'],
  [
    'mobilenet_v2',
    'torchvision',
    'blocks.0.0.conv_dw/depthwise_kernel',
    'features.1.conv.0.0.weight',
  ],
  ['mobilenet_v2', 'torchvision', 'blocks.0.0.bn2/beta', 'features.1.conv.2.bias'],
  ['mobilenet_v2', 'torchvision', 'blocks.6.0.conv_pwl/kernel', 'features.17.conv.2.weight'],
  ['inception_v3', 'torchvision', 'Mixed_7c.branch3x3_2a.bn/beta', 'Mixed_7c.branch3x3_2a.bn.bias'],
  ['alexnet', 'torchvision', 'classifier.6/kernel', 'classifier.6.weight'],
] as const)('%s, %s: %s is %s', (architecture, name, ours, theirs) => {
  expect(dialect(architecture, name).nameOf(ours)).toBe(theirs);
});

test('a layer without weights has no name in other libraries', () => {
  const relu = 'layer1.0.relu1/kernel';
  expect(() => dialect('resnet50_keras', 'keras').nameOf(relu)).toThrow(
    /'layer1.0.relu1' is not a layer/,
  );
  const act = 'stages.0.blocks.0.mlp.act/kernel';
  expect(() => dialect('convnext_tiny', 'transformers').nameOf(act)).toThrow(/is not a layer/);
  for (const layer of ['blocks.0.0.relu1', 'blocks.0.0.bn3', 'blocks.7.0.bn1', 'pool'])
    expect(() => dialect('mobilenet_v2', 'torchvision').nameOf(`${layer}/gamma`)).toThrow(
      `'${layer}' is not a layer`,
    );
});

// The names are those of the package efficientnet-lite-pytorch: tools/reference/inverted_residuals.py.
test.each(
  Object.entries(
    readReference<{
      efficientnet_pytorch: Record<'efficientnet_lite0', { tensors: number; sha256: string }>;
    }>('inverted-residuals.json').efficientnet_pytorch,
  ),
)('%s has all tensors of efficientnet_pytorch, and no others', (name, { tensors, sha256 }) => {
  const network = architectures[name as 'efficientnet_lite0'].build({ classes: 1000 });
  const checkpoint = checkpointOf(
    network,
    dialect(name as 'efficientnet_lite0', 'efficientnet_pytorch'),
  );
  const names = [...checkpoint].map(([tensor, { shape }]) => `${tensor} [${shape.join(', ')}]`);
  expect(names.length).toBe(tensors);
  expect(createHash('sha256').update(names.sort().join('\n')).digest('hex')).toBe(sha256);
  network.dispose();
});

test('counters of training steps and the auxiliary classifier are ignored', () => {
  expect(dialect('resnet50', 'torchvision').isUnused('bn1.num_batches_tracked')).toBe(true);
  expect(dialect('inception_v3', 'torchvision').isUnused('AuxLogits.fc.weight')).toBe(true);
  expect(dialect('inception_v3', 'torchvision').isUnused('fc.weight')).toBe(false);
});

test('an error for an unknown name lists the existing names', async () => {
  const none = 'resnet19' as 'resnet18';
  const preprocessing = imagenetPreprocessing([64, 64]);
  const weights = {
    checkpoint: new Map(),
    origin: { source: '', license: '', sha256: '' },
    preprocessing,
  };
  const listed = /'resnet19'; there are resnet18, .*, alexnet\./;
  await expect(createBackbone(none, weights)).rejects.toThrow(listed);
  await expect(loadBackbone(none, 'no-such-file.safetensors')).rejects.toThrow(listed);
  await expect(createBackbone('toString' as 'resnet18', weights)).rejects.toThrow(
    /there are resnet18/,
  );
  expect(() => findArchitecture(none)).toThrow(listed);
  expect(() => listPretrained(none)).toThrow(listed);
  expect(() => findPretrained('resnet50.none')).toThrow(/Known ones: resnet50.keras, /);
  const variants: Record<string, never> = {};
  for (const build of [resNet, resNetTaps])
    expect(() => build(variants.resnet19!)).toThrow(
      /no such variant; there are resnet18, resnet34/,
    );
  for (const build of [convNext, convNextTaps])
    expect(() => build(variants.convnext_huge!)).toThrow(/there are convnext_tiny, convnext_small/);
  for (const build of [efficientNetLite, efficientNetLiteTaps])
    expect(() => build(variants.efficientnet_lite9!)).toThrow(/there are efficientnet_lite0, /);
  const network = architectures.alexnet.build({ inputSize: [63, 63] });
  await expect(exportOnnx(network, { weights: 'int4' as 'int8' })).rejects.toThrow(
    /'int4'; there are float32, float16, int8/,
  );
  network.dispose();
});
