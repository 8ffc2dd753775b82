import type { GalleryPicture, ReportContent } from './content';
import { learningCurves } from './curves';
import { Html, html, percent } from './html';
import { style } from './style';
import { classTable, confusionMatrix, findingsList } from './tables';

/** One HTML file that shows how a training went. It loads nothing and holds no script. */
export function renderReport(content: ReportContent): string {
  const { title, summary, test, history, gallery, findings, facts, command } = content;
  const count = test.perClass.reduce((sum, { support }) => sum + support, 0);
  const kept = history.findLast(row => row.best)?.epoch;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${new Html(style)}</style></head><body><main>
<header><h1>${title}</h1><p class="lead">${summary}</p>
<div class="figures">
  ${figure(percent(test.accuracy), `accuracy on ${count} test photos`)}
  ${figure(percent(test.macroF1), 'macro-F1, each class counting the same')}
  ${figure(test.loss.toFixed(3), 'cross entropy, in nats')}
  ${figure(String(history.length), kept === undefined ? 'epochs' : `epochs, the weights of epoch ${kept} kept`)}
</div>
<p class="warning"><b>No photo decides whether a mushroom can be eaten.</b> A classifier is wrong with confidence, and
several genera here have deadly species.</p></header>
<section><h2>Class by class</h2>${classTable(content)}</section>
<section><h2>What is taken for what</h2>${confusionMatrix(content)}</section>
<section><h2>Learning</h2>${learningCurves(history)}</section>
${gallery.length > 0 && html`<section><h2>What it looked at</h2><p>${content.galleryNote}</p><div class="gallery">${gallery.map(picture)}</div></section>`}
<section><h2>The photos</h2>${findingsList(findings)}</section>
<section><h2>How it was made</h2><div class="card"><dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<pre><code>${command}</code></pre></div></section>
</main></body></html>
`;
  return page.text;
}

const figure = (value: string, label: string) =>
  html`<div class="card"><strong>${value}</strong><span>${label}</span></div>`;

function picture({ image, name, truth, predicted, probability }: GalleryPicture): Html {
  const right = truth === predicted;
  const alt = `${name}: the photo, its heat map for ${predicted}, and both on top of each other`;
  return html`<figure class="card"><img src="${image}" alt="${alt}" loading="lazy">
    <figcaption><span class="badge ${right ? 'right' : 'wrong'}">${right ? 'right' : 'wrong'}</span> <b>${truth}</b>${right ? '' : ` taken for ${predicted}`}, ${percent(probability, 0)} sure</figcaption></figure>`;
}
