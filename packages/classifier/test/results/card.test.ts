import { expect, test } from 'vitest';
import { modelCard } from '../../src/results/card';

test('the card of a run names a file of weights, and not the path to it on this machine', () => {
  const file = {
    ...{ title: 'pets', classes: ['cat', 'dog'] },
    extractors: [{ architecture: 'resnet18' }],
    trainedOn: { photos: 8, kind: 'photographs', name: 'photos', perClass: [4, 4] },
    licenses: [
      { of: '/home/someone/secret/resnet18.safetensors', license: 'MIT' },
      { of: 'hf:timm/resnet18.a1', license: 'BSD-3-Clause' },
    ],
  } as unknown as Parameters<typeof modelCard>[0];
  const figure = { value: 0.9, low: 0.8, high: 1 };
  const assessment = {
    figures: { accuracy: figure, macroF1: figure },
    sets: { sure: 0.5, accuracyWhereSure: 1 },
  } as unknown as Parameters<typeof modelCard>[1];
  const card = modelCard(file, assessment);
  expect(card).toContain('- resnet18.safetensors: MIT');
  expect(card).toContain('- hf:timm/resnet18.a1: BSD-3-Clause');
  expect(card).not.toContain('/home');
});
