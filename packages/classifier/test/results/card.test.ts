import { expect, test } from 'vitest';
import { exportCard } from '../../src/exports/card';
import type { ExportFacts } from '../../src/exports/facts';
import { modelCard } from '../../src/results/card';
import { licenseOf } from '../../src/results/card-text';

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

test("a card's metadata have a license that the hub takes, and the card leads to the text", () => {
  const of = 'hf:timm/vit_small_patch16_dinov3.lvd1689m';
  const text = 'https://ai.meta.com/resources/models-and-libraries/dinov3-license';
  const licenses = [{ of, license: 'LicenseRef-DINOv3' }];
  const facts = { title: 'pets', classes: ['cat', 'dog'], task: 'single-label', licenses };
  const card = exportCard(facts as unknown as ExportFacts, { library: 'timm', use: 'It.' });
  expect(card).toContain(
    `license: other\nlicense_name: dinov3-license\nlicense_link: ${text}\ntags:`,
  );
  expect(card).toContain(`.lvd1689m: LicenseRef-DINOv3 (${text})`);
  expect(card).not.toContain('32 bits');
  expect(licenseOf([{ of, license: 'Apache-2.0' }])).toBe('license: apache-2.0');
  expect(licenseOf([...licenses, { of, license: 'MIT' }])).toBe('license: other');
  expect(licenseOf([{ of, license: 'LicenseRef-Mine' }])).toBe(
    'license: other\nlicense_name: mine',
  );
});

test('the card of an export says that it does not compute as the classifier was trained', () => {
  const facts = { title: 'pets', classes: ['cat', 'dog'], licenses: [], trainedIn: 'int8' };
  const card = exportCard(facts as unknown as ExportFacts, { library: 'timm', use: 'It.' });
  expect(card).toContain(
    '\n\nIt computes in 32 bits. The classifier was trained and tested in int8,',
  );
});
