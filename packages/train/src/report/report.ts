import { certaintySection } from './certainty';
import { columnTables, robustnessTable, wrongTable } from './comparisons';
import type { ReportContent } from './content';
import { learningCurves } from './curves';
import { epochStrip, gallery } from './gallery';
import { Html, html, percent, range } from './html';
import { isMultiLabel, labelTable, multiLabelFigures, wrongLabels } from './multi-label';
import { style } from './style';
import { classTable, confusionMatrix, findingsList } from './tables';
import { unknownPhotos } from './unknown';
import { verdictOf } from './verdict';

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/**
 * Renders one HTML file that shows how well a training went. The file loads nothing and contains no scripts.
 *
 * @example
 * ```ts
 * const certainty = { temperature: 1.3, threshold: 0.2, coverage: 0.9 }; // by `fitCertainty`
 * const each = classNames.map(() => 100); // photos of each class
 * const page = renderReport({
 *   title: 'Nine genera',
 *   summary: 'A head on ResNet50, trained on 900 photos.',
 *   classes: classNames,
 *   counts: { train: each, validation: each, test: each },
 *   assessment: assess(labels, await logits.data(), 9, certainty),
 *   history: [], // a row for each epoch
 *   gallery: { hardest: [], right: [], note: '' },
 *   findings: [],
 *   facts: [['engine', 'ort']],
 *   command: 'npm start',
 * });
 * ```
 */
export function renderReport(content: ReportContent): string {
  const { title, summary, caution } = content;
  const sections = sectionsOf(content);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${new Html(style)}</style></head><body>
<header><h1>${title}</h1><p class="lead">${summary}</p>
${verdict(content)}
${isMultiLabel(content) ? multiLabelFigures(content) : keyFigures(content)}
${caution && html`<p class="warning"><b>${caution.headline}</b> ${caution.text}</p>`}
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav></header>
<main>${sections.map(
    ({ id, title, body }) =>
      html`<section id="${id}"><h2>${title}</h2>${body}</section>
`,
  )}</main></body></html>
`;
  return page.text;
}

function sectionsOf(content: ReportContent): Section[] {
  const {
    history,
    gallery: pictures,
    epochs,
    findings,
    slices = [],
    robustness,
    novelty,
  } = content;
  const several = isMultiLabel(content);
  const sections: Section[] = several
    ? [{ id: 'classes', title: 'Class by class', body: labelTable(content) }]
    : [
        { id: 'classes', title: 'Class by class', body: classTable(content) },
        { id: 'confusion', title: 'What is taken for what', body: confusionMatrix(content) },
      ];
  sections.push({
    ...{ id: 'certainty', title: 'How sure it is' },
    body: certaintySection(content.assessment),
  });
  if (slices.length > 0)
    sections.push({
      id: 'columns',
      title: 'Column by column',
      body: columnTables(slices, several),
    });
  if (robustness)
    sections.push({
      ...{ id: 'worse', title: 'Worse photos' },
      body: robustnessTable(robustness, several),
    });
  if (novelty)
    sections.push({
      id: 'unknown',
      title: 'What it does not know',
      body: unknownPhotos(content.classes, novelty),
    });
  sections.push({ id: 'learning', title: 'Learning', body: learningCurves(history) });
  if (epochs && epochs.pictures.length > 0) {
    sections.push({ id: 'epochs', title: 'Learning where to look', body: epochStrip(epochs) });
  }
  if (pictures.hardest.length > 0) {
    const lead = several
      ? 'The test photos whose answers were furthest from the truth.'
      : 'The test photos whose true class had the lowest probability.';
    const body = html`<p>${lead} ${pictures.note}</p>${gallery(pictures.hardest)}`;
    sections.push({ id: 'hardest', title: 'The hardest photos', body });
  }
  if (content.testPhotos)
    sections.push({
      ...{ id: 'wrong', title: 'Wrong answers' },
      body: several ? wrongLabels(content) : wrongTable(content),
    });
  if (pictures.right.length > 0) {
    const lead = 'For each class, the correct test photos with the highest probability.';
    const body = html`<p>${lead} ${pictures.note}</p>${gallery(pictures.right)}`;
    sections.push({ id: 'right', title: 'What it knows', body });
  }
  sections.push(
    { id: 'photos', title: 'The photos', body: findingsList(findings) },
    { id: 'made', title: 'How it was made', body: making(content) },
  );
  return sections;
}

function verdict(content: ReportContent): Html {
  const { good, sure, next } = verdictOf(content);
  return html`<dl class="verdict card"><dt>How good</dt><dd>${good}</dd><dt>How sure</dt><dd>${sure}</dd><dt>What next</dt><dd>${next}</dd></dl>`;
}

function keyFigures({ assessment, history }: ReportContent): Html {
  const { evaluation, figures, top } = assessment;
  const count = evaluation.perClass.reduce((sum, { support }) => sum + support, 0);
  const kept = history.findLast(row => row.best)?.epoch;
  const { accuracy, macroF1 } = figures;
  return html`<div class="figures">
  ${figure(percent(accuracy.value), `accuracy on ${count} test photos`, range(accuracy))}
  ${figure(percent(macroF1.value), 'macro-F1, the unweighted mean over the classes', range(macroF1))}
  ${figure(percent(top.accuracy), `have their class among the ${top.k} most probable`)}
  ${figure(percent(figures.rocArea.value), 'of pairs ranked correctly: the area below the ROC curve, mean over the classes')}
  ${figure(String(history.length), kept === undefined ? 'epochs' : `epochs, the weights of epoch ${kept} kept`)}
</div>`;
}

const figure = (value: string, label: string, interval?: string) =>
  html`<div class="card"><strong>${value}</strong>${interval !== undefined && html`<em>${interval}</em>`}<span>${label}</span></div>`;

function making({ facts, command }: ReportContent): Html {
  return html`<div class="card"><dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<div class="scroll" tabindex="0" role="region" aria-label="The command"><pre><code>${command}</code></pre></div></div>`;
}
