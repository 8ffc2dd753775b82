import { describe, expect, test } from 'vitest';
import { assess, renderReport, type Sureness } from '../../src/index';
import { content } from './content';

const wrongRow =
  /<th scope="row">test\/2 &#38; more\.jpg<\/th><td>Boletus &#34;x&#34;<\/td><td>Amanita<\/td> <td class="number">58 %<\/td>/;
const allRight = assess([0, 1], [1, 0, 0, 1], 2, content.assessment.certainty, { resamples: 10 });

describe('the report', () => {
  const page = renderReport(content);

  test('is one file that loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|@import|url\(|https?:/);
    const sources = [...page.matchAll(/src="([^"]*)"/g)].map(([, source]) => source);
    expect(sources).toHaveLength(4);
    for (const source of sources) expect(source).toMatch(/^data:image\/gif;base64,/);
  });

  test('shows the figures, and that a photo decides nothing', () => {
    expect(page).toContain('83.3 %');
    expect(page).toContain('the weights of epoch 2 kept');
    expect(page).toContain('1 of 4 Boletus &#34;x&#34; called Amanita');
    expect(page).toContain('taken for Boletus &#34;x&#34;, 61 %');
    expect(page).toContain('not sure: Boletus &#34;x&#34; or Amanita');
    expect(page).toMatch(/Never eat a mushroom because of a photo/);
  });

  test('gives intervals: Wilson 2 of 2 is 34 % or more', () => {
    // Recall of the first class: 1 / (1 + 1.96^2 / 2) = 0.342.
    expect(page).toMatch(/<th scope="row">Amanita<\/th>.*?100 %<\/span> <small>34 to 100 %/s);
    expect(page).toMatch(/accuracy on 6 test photos/);
  });

  test('says how the promise was kept, and shows what it learned to look at', () => {
    expect(page).toMatch(/at least <b>90 %<\/b> of cases.*On the test photos it was in\s+<b>/s);
    expect(page).toContain('b.jpg after epoch 2: the places that raised the score of Amanita');
    const { epochs, ...rest } = content;
    expect(epochs?.pictures).toHaveLength(2);
    expect(renderReport(rest)).not.toContain('Learning where to look');
  });

  test('says whether it was too sure or not sure enough, and what the temperature does about it', () => {
    const { assessment } = content;
    const { certainty, calibration } = assessment;
    const of = (raw: Sureness, temperature: number) =>
      renderReport({
        ...content,
        assessment: {
          ...assessment,
          certainty: { ...certainty, temperature },
          calibration: {
            raw: { ...calibration.raw, verdict: raw, confidence: 0.5, accuracy: 0.75 },
            scaled: { ...calibration.scaled, verdict: 'as sure as right', confidence: 0.7 },
          },
        },
      });
    expect(of('not sure enough', 0.7)).toMatch(
      /classifier was <b>not sure enough<\/b>: on the test photos 50\.0 % sure on average, and right in\s+75\.0 % of cases/,
    );
    expect(of('not sure enough', 0.7)).toMatch(
      /temperature of 0\.70, below 1, which makes it surer: 70\.0 % sure on average/,
    );
    expect(of('too sure', 1.4)).toMatch(
      /<b>too sure of itself<\/b>.*1\.40, above 1, which makes it less sure/s,
    );
    expect(of('as sure as right', 1)).toMatch(/as sure as it should be.*given as they are/s);
  });

  test('opens with a verdict: how good, how sure, what next', () => {
    const opening = page.slice(page.indexOf('<h1>'), page.indexOf('class="figures"'));
    expect(opening).toMatch(
      /<dt>How good<\/dt><dd>It got 5 of 6 test photos right \(83\.3 %\).*<dt>How sure<\/dt>.*<dt>What next<\/dt><dd>Add test photos/s,
    );
  });

  test('names the file of each wrong photo, what it is, what it was taken for, and how surely', () => {
    expect(page).toMatch(/One test photo was taken for another class/);
    // Photo 2, a Boletus: logits 0.5 and 0 at temperature 1.5, so 1 / (1 + e^(-1 / 3)) = 0.58.
    expect(wrongRow.test(page.replace(/\s+/g, ' '))).toBe(true);
    const right = { ...content, testPhotos: content.testPhotos!, assessment: allRight };
    expect(renderReport(right)).toContain('No test photo was taken for another class.');
    const { testPhotos, ...rest } = content;
    expect(testPhotos).toHaveLength(6);
    expect(renderReport(rest)).not.toContain('Wrong answers');
  });

  test('names 200 wrong photos, and says how many more there are and where', () => {
    const labels = Array.from({ length: 230 }, () => 0);
    const logits = labels.flatMap((_, photo) => [photo < 5 ? 1 : -1, 0]);
    const many = {
      ...content,
      testPhotos: labels.map((_, photo) => `${photo}.jpg`),
      assessment: assess(labels, logits, 2, content.assessment.certainty, { resamples: 10 }),
    };
    const page = renderReport(many);
    expect(page.match(/<th scope="row">\d+\.jpg<\/th>/g)).toHaveLength(200);
    expect(page).toContain('... and 25 more in predictions.csv');
  });

  test('gives its pictures the size that they have', () => {
    expect(page.match(/<img src="[^"]*" width="720" height="240" alt/g)).toHaveLength(2);
  });

  test('gives accuracy by the columns of the table, the worst value first', () => {
    const table = page.slice(page.indexOf('Accuracy by camera'), page.indexOf('id="worse"'));
    const values = [...table.matchAll(/<th scope="row">(.*?)<\/th>/g)].map(([, value]) => value);
    expect(values).toEqual(['reflex', 'phone &#60;12&#62;', '<span class="none">(empty)</span>']);
    const { slices, robustness, novelty, ...rest } = content;
    expect([slices?.length, robustness?.photos, novelty?.falseAlarms.value]).toEqual([1, 6, 1 / 6]);
    expect(renderReport(rest)).not.toMatch(/Column by column|Worse photos|What it does not know/);
  });

  test('compares degraded photos with the same photos unchanged', () => {
    expect(page).toMatch(
      /unchanged<\/th>.*?83 %.*dark<small>times 0\.4<\/small>.*?50 %.*?<td class="number">3<\/td><td class="number">1<\/td>/s,
    );
  });

  test('says how many photos of a class are recognized as unknown when the class is left out', () => {
    const section = page.slice(
      page.indexOf('<section id="unknown"'),
      page.indexOf('id="learning"'),
    );
    expect(section).toContain('16.7 % (3 to 56 %)');
    expect(
      [...section.matchAll(/<th scope="row">(.*?)<\/th>.*?(\d+ %)/g)].map(row => row.slice(1)),
    ).toEqual([['Amanita', '25 %']]);
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
