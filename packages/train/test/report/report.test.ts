import { describe, expect, test } from 'vitest';
import { evaluate, type ReportContent, renderReport } from '../../src/index';

const content: ReportContent = {
  title: 'Two <classes>',
  summary: 'A test & more.',
  classes: ['Amanita', 'Boletus "x"'],
  counts: { train: [6, 7], validation: [1, 2], test: [3, 4] },
  test: evaluate([0, 1, 1], [0.9, 0.1, 0.2, 0.8, 0.6, 0.4], 2),
  history: [1, 2, 3].map(epoch => ({
    epoch,
    trainLoss: 1 / epoch,
    validationLoss: 1.2 / epoch,
    validationAccuracy: 0.5,
    validationMacroF1: 0.4,
    learningRate: 1e-3,
    best: epoch < 3,
  })),
  gallery: [
    {
      image: 'data:image/jpeg;base64,AA==',
      name: 'a.jpg',
      truth: 'Amanita',
      predicted: 'Boletus "x"',
      probability: 0.61,
    },
  ],
  galleryNote: 'Heat maps.',
  findings: [{ kind: 'quarantined', subject: '<b>.jpg', reason: 'not a picture' }],
  facts: [['Engine', 'cpu']],
  command: 'npm start -- --seed 0',
};

describe('the report', () => {
  const page = renderReport(content);

  test('is one file that loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|@import|url\(|https?:/);
    expect(page.match(/src="/g)).toHaveLength(1);
    expect(page).toContain('src="data:image/jpeg;base64,AA=="');
  });

  test('shows the figures, and that a photo decides nothing', () => {
    expect(page).toContain('66.7 %');
    expect(page).toContain('the weights of epoch 2 kept');
    expect(page).toContain('1 of 2 Boletus &#34;x&#34; called Amanita');
    expect(page).toContain('taken for Boletus &#34;x&#34;, 61 % sure');
    expect(page).toMatch(/No photo decides whether a mushroom can be eaten/);
  });

  test('escapes what comes from outside', () => {
    expect(page).toContain('Two &#60;classes&#62;');
    expect(page).toContain('&#60;b&#62;.jpg');
    expect(page).not.toContain('<b>.jpg');
  });

  test('describes its charts in words', () => {
    expect(page).toContain(
      'aria-label="Cross entropy by epoch: training 1.0 to 0.3, validation 1.2 to 0.4."',
    );
  });

  test('opens its tags and closes them', () => {
    for (const tag of [
      'section',
      'table',
      'tr',
      'td',
      'div',
      'figure',
      'svg',
      'main',
      'body',
      'html',
    ]) {
      const opened = page.match(new RegExp(`<${tag}[ >]`, 'g'))?.length;
      expect(page.match(new RegExp(`</${tag}>`, 'g'))?.length).toBe(opened);
    }
  });
});
