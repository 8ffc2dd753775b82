import { expect, test } from 'vitest';
import { kerasName } from '../../src/resnet/checkpoint';

test.each([
  ['conv1/kernel', 'conv1/kernel'],
  ['bn1/moving_mean', 'bn_conv1/moving_mean'],
  ['layer1.0.conv1/bias', 'res2a_branch2a/bias'],
  ['layer3.5.bn3/gamma', 'bn4f_branch2c/gamma'],
  ['layer4.0.downsample.0/kernel', 'res5a_branch1/kernel'],
  ['layer4.0.downsample.1/beta', 'bn5a_branch1/beta'],
  ['fc/bias', 'fc1000/bias'],
])('%s is %s in Keras', (ours, keras) => {
  expect(kerasName(ours)).toBe(keras);
});

test('a layer that has no weights has no name there', () => {
  expect(() => kerasName('layer1.0.relu1/kernel')).toThrow(/'layer1.0.relu1' is not a layer/);
});
