import type { Interval } from '../evaluation/intervals';
import type { ReportContent } from './content';
import { type Html, html, percent, range } from './html';

/** Precision, recall and F1 of each class with their intervals, the ROC area, and the number of photos of the class. */
export function classTable({ classes, counts, assessment }: ReportContent): Html {
  const { perClass, areas } = assessment;
  return html`<p>The dot is the result on the test photos. The band contains the true value in 95 of 100 cases: it is wide if there are few
    photos, and a class with six photos may look perfect by luck.</p>
    <div class="scroll card" tabindex="0" role="region" aria-label="Class by class"><table class="classes">
    <thead><tr><th scope="col">Class</th><th scope="col">Precision</th><th scope="col">Recall</th><th scope="col">F1</th>
      <th scope="col" class="number">ROC area</th>
      <th scope="col" class="number">training</th><th scope="col" class="number">validation</th><th scope="col" class="number">test</th></tr></thead>
    <tbody>${classes.map((name, k) => {
      const { precision, recall, f1 } = perClass[k]!;
      const { roc } = areas.perClass[k]!;
      return html`<tr><th scope="row">${name}</th>${band(precision)}${band(recall)}${band(f1)}
        <td class="number">${Number.isNaN(roc) ? '–' : roc.toFixed(3)}</td>
        <td class="number">${counts.train[k]}</td><td class="number">${counts.validation[k]}</td><td class="number">${counts.test[k]}</td></tr>`;
    })}</tbody></table></div>`;
}

/** A share as a number, and as a dot on its interval. */
export function band(interval: Interval): Html {
  const { value, low, high } = interval;
  if (Number.isNaN(value)) return html`<td class="band"><span class="none">none</span></td>`;
  const at = (share: number) => `${(100 * share).toFixed(1)}%`;
  return html`<td class="band"><span>${percent(value, 0)}</span> <small>${range(interval)}</small>
    <div class="track"><i style="left:${at(low)};width:${at(high - low)}"></i><b style="left:${at(value)}"></b></div></td>`;
}

/** Confusion matrix: rows are true classes, columns are predicted classes, and the shade is the share of the row. */
export function confusionMatrix({ classes, assessment }: ReportContent): Html {
  const { confusion, perClass } = assessment.evaluation;
  return html`<div class="scroll card" tabindex="0" role="region" aria-label="Confusion matrix"><table class="confusion">
    <caption>Rows: true class. Columns: answer of the classifier. Shade: share of the row.</caption>
    <thead><tr><td></td>${classes.map(name => html`<th scope="col"><span>${name}</span></th>`)}</tr></thead>
    <tbody>${confusion.map((row, truth) => {
      const total = Math.max(1, perClass[truth]!.support);
      return html`<tr><th scope="row">${classes[truth]}</th>${row.map((count, said) => {
        const share = count / total;
        const tip = `${count} of ${total} ${classes[truth]} called ${classes[said]}`;
        const kind = truth === said ? 'right' : 'wrong';
        return html`<td class="${kind}${share > 0.5 ? ' strong' : ''}" style="--share:${share.toFixed(3)}" title="${tip}">${count === 0 ? '' : count}</td>`;
      })}</tr>`;
    })}</tbody></table></div>`;
}

/** The problems that were found in the files, as a table. */
export function findingsList(findings: ReportContent['findings']): Html {
  if (findings.length === 0) return html`<p>Every file could be used.</p>`;
  const shown = findings.slice(0, 200);
  return html`<p>${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}. No file was changed.</p>
    <div class="scroll card" tabindex="0" role="region" aria-label="Findings"><table class="findings">
    <thead><tr><th scope="col">Kind</th><th scope="col">File or class</th><th scope="col">Why</th></tr></thead><tbody>${shown.map(
      ({ kind, subject, reason }) =>
        html`<tr><td><span class="badge">${kind}</span></td><th scope="row">${subject}</th><td>${reason}</td></tr>`,
    )}</tbody></table></div>
    ${findings.length > shown.length && html`<p>... and ${findings.length - shown.length} more in metrics.json.</p>`}`;
}
