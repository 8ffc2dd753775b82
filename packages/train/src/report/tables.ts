import type { ReportContent } from './content';
import { type Html, html, percent } from './html';

/** Precision, recall and F1 of each class with a bar each, and how many photos it had. */
export function classTable({ classes, counts, test }: ReportContent): Html {
  const bar = (value: number) =>
    html`<td class="bar" style="--share:${value.toFixed(4)}"><span>${percent(value, 0)}</span></td>`;
  return html`<div class="scroll card"><table class="classes">
    <thead><tr><th scope="col">Class</th><th scope="col">Precision</th><th scope="col">Recall</th><th scope="col">F1</th>
      <th scope="col" class="number">training</th><th scope="col" class="number">validation</th><th scope="col" class="number">test photos</th></tr></thead>
    <tbody>${classes.map((name, k) => {
      const { precision, recall, f1 } = test.perClass[k]!;
      return html`<tr><th scope="row">${name}</th>${bar(precision)}${bar(recall)}${bar(f1)}
        <td class="number">${counts.train[k]}</td><td class="number">${counts.validation[k]}</td><td class="number">${counts.test[k]}</td></tr>`;
    })}</tbody></table></div>`;
}

/** Rows by true class, columns by predicted class, shaded by the share of the row. */
export function confusionMatrix({ classes, test }: ReportContent): Html {
  return html`<div class="scroll card"><table class="confusion">
    <caption>Rows: what it is. Columns: what the classifier said. Shade: share of the row.</caption>
    <thead><tr><td></td>${classes.map(name => html`<th scope="col"><span>${name}</span></th>`)}</tr></thead>
    <tbody>${test.confusion.map((row, truth) => {
      const total = Math.max(1, test.perClass[truth]!.support);
      return html`<tr><th scope="row">${classes[truth]}</th>${row.map((count, said) => {
        const share = count / total;
        const tip = `${count} of ${total} ${classes[truth]} called ${classes[said]}`;
        const kind = truth === said ? 'right' : 'wrong';
        return html`<td class="${kind}${share > 0.5 ? ' strong' : ''}" style="--share:${share.toFixed(3)}" title="${tip}">${count === 0 ? '' : count}</td>`;
      })}</tr>`;
    })}</tbody></table></div>`;
}

/** What was found wrong with the files; nothing where nothing was. */
export function findingsList(findings: ReportContent['findings']): Html {
  if (findings.length === 0) return html`<p>Every file could be used.</p>`;
  const shown = findings.slice(0, 200);
  return html`<p>${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}; no file was changed.</p>
    <div class="scroll card"><table class="findings"><tbody>${shown.map(
      ({ kind, subject, reason }) =>
        html`<tr><td><span class="badge">${kind}</span></td><th scope="row">${subject}</th><td>${reason}</td></tr>`,
    )}</tbody></table></div>
    ${findings.length > shown.length && html`<p>... and ${findings.length - shown.length} more in metrics.json.</p>`}`;
}
