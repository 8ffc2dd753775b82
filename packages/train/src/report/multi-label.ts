import type { Assessment } from '../evaluation/assessment';
import { isExact, type MultiLabelAssessment } from '../evaluation/multi-label-assessment';
import type { ReportContent } from './content';
import { type Html, html, percent, range } from './html';
import { band } from './tables';

/** A report on photos that may have several classes. */
export type MultiLabelContent<C extends Pick<ReportContent, 'assessment'> = ReportContent> = C & {
  readonly assessment: MultiLabelAssessment;
};

/** Whether photos may have several classes. */
export const isMultiLabel = <C extends { readonly assessment: Assessment }>(
  content: C,
): content is C & { readonly assessment: MultiLabelAssessment } => 'answers' in content.assessment;

/** The classes of a photo in words; `none` where it has none. */
const namesOf = (labels: readonly number[], classes: readonly string[]): string =>
  labels.length === 0 ? 'none' : labels.map(k => classes[k]!).join(', ');

export function multiLabelFigures({ assessment, history }: MultiLabelContent): Html {
  const { figures, answers } = assessment;
  const { averagePrecision, macroF1, microF1, accuracy } = figures;
  const kept = history.findLast(row => row.best)?.epoch;
  return html`<div class="figures">
  ${figure(percent(averagePrecision.value), `mean average precision on ${answers.length} test photos`, range(averagePrecision))}
  ${figure(percent(macroF1.value), 'macro-F1, each class counting the same', range(macroF1))}
  ${figure(percent(microF1.value), 'micro-F1, each answer counting the same', range(microF1))}
  ${figure(percent(accuracy.value), 'of photos with all classes right', range(accuracy))}
  ${figure(String(history.length), kept === undefined ? 'epochs' : `epochs, the weights of epoch ${kept} kept`)}
</div>`;
}

const figure = (value: string, label: string, interval?: string) =>
  html`<div class="card"><strong>${value}</strong>${interval !== undefined && html`<em>${interval}</em>`}<span>${label}</span></div>`;

/** Precision, recall, F1 and average precision of each class, its threshold, and how often it was missed or wrongly said. */
export function labelTable({ classes, counts, assessment }: MultiLabelContent): Html {
  const { perClass, evaluation, certainty, answers } = assessment;
  return html`<p>A photo is said to have a class when the probability of the class is at least its threshold, which was chosen on validation
    photos. “Missed” counts photos that have the class but were not said to have it, “too many” those that were said to have it but do not.
    The dot is the result on the test photos. The band holds the true value in 95 of 100 cases: with few photos it is wide.</p>
    <div class="scroll card" tabindex="0" role="region" aria-label="Class by class"><table class="classes">
    <thead><tr><th scope="col">Class</th><th scope="col" class="number">Average<br>precision</th><th scope="col">Precision</th>
      <th scope="col">Recall</th><th scope="col">F1</th><th scope="col" class="number">Threshold</th>
      <th scope="col" class="number">missed</th><th scope="col" class="number">too many</th>
      <th scope="col" class="number">training</th><th scope="col" class="number">validation</th><th scope="col" class="number">test</th></tr></thead>
    <tbody>${classes.map((name, k) => {
      const { precision, recall, f1 } = perClass[k]!;
      const { missed, extra } = countsOf(answers, k);
      return html`<tr><th scope="row">${name}</th><td class="number">${percent(evaluation.perClass[k]!.averagePrecision, 0)}</td>
        ${band(precision)}${band(recall)}${band(f1)}<td class="number">${percent(certainty.thresholds[k]!, 0)}</td>
        <td class="number">${missed}</td><td class="number">${extra}</td>
        <td class="number">${counts.train[k]}</td><td class="number">${counts.validation[k]}</td><td class="number">${counts.test[k]}</td></tr>`;
    })}</tbody></table></div>`;
}

function countsOf(answers: MultiLabelAssessment['answers'], k: number) {
  const missed = answers.filter(({ truth, said }) => truth.includes(k) && !said.includes(k));
  const extra = answers.filter(({ truth, said }) => said.includes(k) && !truth.includes(k));
  return { missed: missed.length, extra: extra.length };
}

/** When the answer for a photo is sure, and how often it is right then. */
export function sureAnswers({ certainty, answers, ...assessment }: MultiLabelAssessment): Html {
  const { sure, accuracyWhereSure, sets } = assessment;
  const kinds = [
    { kind: 'right', label: 'sure', share: sure },
    { kind: 'several', label: 'not sure', share: 1 - sure },
  ];
  const described = kinds.map(({ label, share }) => `${label} ${percent(share, 0)}`).join('; ');
  return html`<div class="card sure"><h3>When it says “not sure”</h3>
    <p>A class is possible when its probability is ${percent(certainty.threshold)} or more. On validation photos, at least
      <b>${percent(certainty.coverage, 0)}</b> of the classes that photos have were possible; on the test photos
      <b>${percent(sets.coverage)}</b> were. An answer is sure when the possible classes are exactly those above their own thresholds.</p>
    <div class="stack" role="img" aria-label="${described}">${kinds.map(({ kind, share }) => html`<span class="${kind}" style="flex:${share.toFixed(4)}"></span>`)}</div>
    <ul class="key">${kinds.map(({ kind, label, share }) => html`<li><span class="dot-key ${kind}"></span>${label}: <b>${percent(share, 0)}</b></li>`)}</ul>
    <p>${
      sure > 0
        ? html`Of the sure answers, <b>${percent(accuracyWhereSure)}</b> had all classes right; of all answers,
      <b>${percent(answers.filter(isExact).length / answers.length)}</b>.`
        : 'It was never sure.'
    }
      The promise is about photos like these: of anything else it may be sure and wrong.</p></div>`;
}

const mostNamed = 200;

/** The file of each test photo with a missed class or one too many, sorted by loss, highest first. */
export function wrongLabels({ classes, assessment, testPhotos = [] }: MultiLabelContent): Html {
  const { answers, hardest } = assessment;
  const wrong = hardest.filter(({ sample }) => !isExact(answers[sample]!));
  if (wrong.length === 0) return html`<p>The answers for all test photos were right.</p>`;
  const shown = wrong.slice(0, mostNamed);
  const more = wrong.length - shown.length;
  const without = (some: readonly number[], others: readonly number[]) => {
    const left = some.filter(k => !others.includes(k));
    return left.length === 0 ? html`<span class="none">–</span>` : html`${namesOf(left, classes)}`;
  };
  return html`<p>For ${wrong.length === 1 ? 'one test photo' : `${wrong.length} test photos`}, a class was missed or one too many was said.
    The answers furthest from the truth come first.</p>
    <div class="scroll tall card" tabindex="0" role="region" aria-label="Wrong answers"><table class="findings">
    <thead><tr><th scope="col">File</th><th scope="col">It has</th><th scope="col">Missed</th><th scope="col">Too many</th></tr></thead>
    <tbody>${shown.map(({ sample }) => {
      const { truth, said } = answers[sample]!;
      return html`<tr><th scope="row">${testPhotos[sample] ?? `photo ${sample}`}</th><td>${namesOf(truth, classes)}</td>
        <td>${without(truth, said)}</td><td>${without(said, truth)}</td></tr>`;
    })}</tbody></table></div>
    ${more > 0 && html`<p>... and ${more} more in predictions.csv, which lists every test photo.</p>`}`;
}
