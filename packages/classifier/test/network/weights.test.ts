import { expect, test } from 'vitest';
import { UnsupportedNetworkError } from '../../src/errors';
import { findWeights } from '../../src/network/weights';

test.each([
  ['resnet50', 'resnet50.keras', 'resnet50_keras'],
  ['resnet50_keras', 'resnet50.keras', 'resnet50_keras'],
  ['convnext_base', 'convnext_base.fb_in1k', 'convnext_base'],
  ['convnext_base.fb_in22k_ft_in1k', 'convnext_base.fb_in22k_ft_in1k', 'convnext_base'],
  ['hf:timm/resnet50.a1_in1k', 'resnet50.a1_in1k', 'resnet50'],
])('%s means the weights %s', (name, id, architecture) => {
  expect(findWeights(name)).toMatchObject({ id, architecture });
});

test('with an architecture, the name is the source of the weights', () => {
  const found = findWeights('hf:owner/name', 'resnet18');
  expect(found).toMatchObject({ source: 'hf:owner/name', architecture: 'resnet18' });
  expect(found.id).toBeUndefined();
});

test.each([
  ['resnet18', /No weights of 'resnet18' are known/],
  ['hf:owner/name', /need their architecture beside them/],
  ['resnet5', /no backbone 'resnet5'.* convnext_base, .*convnext_tiny\.fb_in1k/],
])('%s is refused', (name, message) => {
  expect(() => findWeights(name)).toThrow(UnsupportedNetworkError);
  expect(() => findWeights(name)).toThrow(message);
});
