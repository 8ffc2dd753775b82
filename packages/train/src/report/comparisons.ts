import type { ColumnAccuracy } from '../evaluation/slices';
import type { ReportContent, Robustness } from './content';
import { type Html, html, percent } from './html';
import { band } from './tables';

/**
 * Accuracy for each value of each column of the photos' table, lowest accuracy first.
 *
 * @param several Whether photos may have several classes.
 */
export function columnTables(columns: readonly ColumnAccuracy[], several = false): Html {
  const what = several
    ? 'Share of test photos with all classes right'
    : 'Accuracy on the test photos';
  return html`<p>${what} for each value in the other columns of their table, lowest first. When many values
    are compared, some look bad by chance: believe a difference only if the bands hardly overlap.</p>
    <div class="pair">${columns.map(
      ({
        column,
        values,
      }) => html`<div class="card"><h3 class="column">${column}</h3><div class="scroll" tabindex="0" role="region" aria-label="Accuracy by ${column}"><table class="compared">
      <thead><tr><th scope="col">Value</th><th scope="col" class="number">Photos</th><th scope="col">Accuracy</th></tr></thead>
      <tbody>${values.map(
        ({ value, photos, accuracy }) =>
          html`<tr><th scope="row">${value === '' ? html`<span class="none">(empty)</span>` : value}</th><td class="number">${photos}</td>${band(accuracy)}</tr>`,
      )}</tbody></table></div></div>`,
    )}</div>`;
}

/** Accuracy on the unchanged photos and on degraded versions of the same photos, one row each. */
export function robustnessTable({ photos, plain, conditions }: Robustness, several = false): Html {
  return html`<p>The same ${photos} test photos unchanged, and degraded at the size at which the network sees them.
    Each photo is seen in one view.</p>
    <div class="scroll card" tabindex="0" role="region" aria-label="Worse photos"><table class="compared">
    <thead><tr><th scope="col">Photos</th><th scope="col">${several ? 'All classes right' : 'Accuracy'}</th><th scope="col" class="number">right before, now wrong</th>
      <th scope="col" class="number">wrong before, now right</th></tr></thead>
    <tbody><tr><th scope="row">unchanged</th>${band(plain)}<td class="number none">–</td><td class="number none">–</td></tr>
    ${conditions.map(
      ({ name, how, accuracy, lost, gained }) =>
        html`<tr><th scope="row">${name}<small>${how}</small></th>${band(accuracy)}<td class="number">${lost}</td><td class="number">${gained}</td></tr>`,
    )}</tbody></table></div>`;
}

const mostNamed = 200;

/** The file of each wrong test photo, sorted by the loss of the true class, highest first. */
export function wrongTable({ classes, assessment, testPhotos = [] }: ReportContent): Html {
  const wrong = assessment.hardest.filter(({ truth, predicted }) => truth !== predicted);
  if (wrong.length === 0) return html`<p>No test photo was taken for another class.</p>`;
  const shown = wrong.slice(0, mostNamed);
  const more = wrong.length - shown.length;
  return html`<p>${wrong.length === 1 ? 'One test photo was' : `${wrong.length} test photos were`} taken for another class.
    Photos whose true class had the lowest probability come first.</p>
    <div class="scroll tall card" tabindex="0" role="region" aria-label="Wrong answers"><table class="findings">
    <thead><tr><th scope="col">File</th><th scope="col">It is</th><th scope="col">Taken for</th><th scope="col" class="number">Probability</th></tr></thead>
    <tbody>${shown.map(
      ({ sample, truth, predicted, probability }) =>
        html`<tr><th scope="row">${testPhotos[sample] ?? `photo ${sample}`}</th><td>${classes[truth]}</td><td>${classes[predicted]}</td>
        <td class="number">${percent(probability, 0)}</td></tr>`,
    )}</tbody></table></div>
    ${more > 0 && html`<p>... and ${more} more in predictions.csv, which lists every test photo.</p>`}`;
}
