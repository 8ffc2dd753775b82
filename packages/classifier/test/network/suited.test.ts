import { describe, expect, test } from 'vitest';
import { UnsupportedNetworkError } from '../../src/errors';
import { requireSuited } from '../../src/network/suited';
import { type TrainConfiguration, withDefaults } from '../../src/options';

const transformer = 'vit_base_patch16_224';

describe('a training that cannot work is refused by the names of its options', () => {
  test.each<[TrainConfiguration, RegExp]>([
    [{ backbone: 'resnet50', pooling: 'cls' }, /no class token.* not cls/],
    [
      { backbone: [transformer, 'resnet50'], pooling: 'cls+mean' },
      /resnet50_keras.* not cls\+mean/,
    ],
    [
      { backbone: 'resnet50', pooling: 'attention' },
      /no pooling by attention.* average or covariance/,
    ],
    [{ backbone: transformer, pooling: 'attention' }, /no pooling by attention.* cls, mean/],
    [{ backbone: transformer, map: 'last-convolution' }, /no map 'last-convolution'/],
    [{ backbone: 'resnet50', size: 16 }, /takes photos of 32 pixels or more, not 16/],
    [
      { backbone: 'vit_small_patch14_dinov2', size: 300 },
      /300 pixels are cut by vit_small_patch14_dinov2 into patches of 14,.*Take 294 or 308 pixels/,
    ],
    [
      { backbone: ['vit_small_patch14_dinov2', 'resnet50', transformer], size: 299 },
      /dinov2 into patches of 14 and by vit_base_patch16_224 into patches of 16,.*Take 224 or 336 /,
    ],
    [{ backbone: ['vit_small_patch14_dinov2', transformer], size: 64 }, /Take 112 pixels/],
    // Sizes that are too small or too large are not proposed.
    [{ backbone: 'vit_small_patch14_dinov2', size: 16 }, /Take 28 pixels/],
    [{ backbone: ['vit_small_patch14_dinov2', 'resnet50'], size: 33 }, /Take 42 pixels/],
    [{ backbone: 'vit_small_patch14_dinov2', size: 4096 }, /Take 4088 pixels/],
  ])('%j', (options, message) => {
    const refused = () => requireSuited(withDefaults(options));
    expect(refused).toThrow(UnsupportedNetworkError);
    expect(refused).toThrow(message);
  });

  test.each<TrainConfiguration>([
    { backbone: transformer, pooling: 'cls', size: 16 },
    { backbone: [transformer, 'resnet50'] },
    { backbone: 'resnet50', map: 'last-convolution' },
  ])('%j is taken', options => {
    expect(() => requireSuited(withDefaults(options))).not.toThrow();
  });
});

test.each<[TrainConfiguration['backbone'], number]>([
  ['resnet50', 299],
  ['vit_small_patch14_dinov2', 294],
  [transformer, 288],
  [['resnet50', transformer], 288],
  [['vit_small_patch14_dinov2', transformer], 224],
])('by default photos for %j have %i pixels, which whole patches fill', (backbone, size) => {
  const configuration = withDefaults({ backbone });
  expect(configuration.size).toBe(size);
  expect(() => requireSuited(configuration)).not.toThrow();
});
