import type { ReportedNovelty } from './content';
import { type Html, html, percent, range } from './html';

/** How often photos are called unlike the training photos: test photos by mistake, and photos of classes that were left out. */
export function unknownPhotos(
  classes: readonly string[],
  { falseAlarms, leftOut }: ReportedNovelty,
): Html {
  const rows = classes
    .map((name, label) => ({ name, share: leftOut?.[label] ?? Number.NaN }))
    .filter(({ share }) => !Number.isNaN(share))
    .sort((a, b) => a.share - b.share);
  return html`<p>Each answer first says whether the photo is like the training photos at all. Of the test photos,
    ${percent(falseAlarms.value)} (${range(falseAlarms)}) were called unlike them, by mistake.</p>
    ${
      rows.length > 0 &&
      html`<p>A class that it was not trained on often looks like one that it knows. If the class had been left out of the training, so many of
    its photos would be recognized as unknown; the others would be taken for another class.</p>
    <div class="scroll card" tabindex="0" role="region" aria-label="Classes left out"><table class="compared">
    <thead><tr><th scope="col">Class left out</th><th scope="col" class="number">recognized as unknown</th></tr></thead>
    <tbody>${rows.map(({ name, share }) => html`<tr><th scope="row">${name}</th><td class="number">${percent(share, 0)}</td></tr>`)}</tbody></table></div>`
    }`;
}
