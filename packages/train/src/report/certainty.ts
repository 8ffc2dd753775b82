import type { Assessment } from '../evaluation/assessment';
import type { Calibration, Sureness } from '../evaluation/calibration';
import { shareInterval } from '../evaluation/intervals';
import { type Html, html, percent } from './html';
import { isMultiLabel, sureAnswers } from './multi-label';

/** The section on certainty: whether the percentages can be believed, and when the answer is "not sure". */
export function certaintySection(assessment: Assessment): Html {
  const { calibration, certainty } = assessment;
  const facts = { assessment };
  return html`<p>${surenessInWords(assessment)}${
    isMultiLabel(facts) &&
    ' An answer is yes or no here, one for each photo and class; it is yes from a probability of 50 % on.'
  }</p>
    <div class="pair">${reliabilityDiagram(calibration, certainty.temperature !== 1)}${
      isMultiLabel(facts) ? sureAnswers(facts.assessment) : abstention(assessment)
    }</div>`;
}

const verdicts: Readonly<Record<Sureness, string>> = {
  'too sure': 'too sure of itself',
  'as sure as right': 'as sure as it should be, as far as the test photos tell',
  'not sure enough': 'not sure enough',
};

/** Says whether the classifier was too sure or not sure enough, and how the temperature corrected it. */
function surenessInWords({ calibration, certainty }: Assessment): Html {
  const { raw, scaled } = calibration;
  const { temperature } = certainty;
  const shares = ({ confidence }: Calibration) => `${percent(confidence)} sure on average`;
  const was = html`Before calibration, the classifier was <b>${verdicts[raw.verdict]}</b>: on the test photos ${shares(raw)}, and right in
    ${percent(raw.accuracy)} of cases.`;
  if (temperature.toFixed(2) === '1.00') return html`${was} Its answers are given as they are.`;
  const way =
    temperature < 1 ? 'below 1, which makes it surer' : 'above 1, which makes it less sure';
  return html`${was} Its answers are given at a temperature of ${temperature.toFixed(2)}, ${way}: ${shares(scaled)}
    (${verdicts[scaled.verdict]}).`;
}

const box = { size: 300, left: 64, top: 12, bottom: 40, right: 12 };

/** Reliability diagram: how often answers were right for each range of confidence, before and after temperature scaling. */
function reliabilityDiagram({ raw, scaled }: Assessment['calibration'], isScaled: boolean): Html {
  const { size, left, top, bottom, right } = box;
  const width = left + size + right;
  const height = top + size + bottom;
  const x = (share: number) => left + size * share;
  const y = (share: number) => top + size * (1 - share);
  const most = Math.max(...scaled.bins.map(({ count }) => count), 1);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const described =
    `Reliability: before, confidence ${percent(raw.confidence)} with an expected error of ${percent(raw.expectedError)}; ` +
    `after scaling, ${percent(scaled.confidence)} with ${percent(scaled.expectedError)}.`;
  return html`<figure class="card"><figcaption>Are 80 % right in 80 of 100 cases?</figcaption>
    <svg class="square" viewBox="0 0 ${width} ${height}" role="img" aria-label="${described}">
      ${ticks.map(
        tick => html`<line class="grid" x1="${x(0)}" x2="${x(1)}" y1="${y(tick)}" y2="${y(tick)}"/>
        <text class="tick" x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${Math.round(100 * tick)} %</text>
        <text class="tick" x="${x(tick)}" y="${y(0) + 18}" text-anchor="middle">${Math.round(100 * tick)} %</text>`,
      )}
      <text class="tick" x="${x(0.5)}" y="${height - 4}" text-anchor="middle">how sure it was</text>
      <text class="tick" transform="translate(11 ${y(0.5)}) rotate(-90)" text-anchor="middle">how often it was right</text>
      ${scaled.bins.map(({ low, high, count }) => {
        const tall = (count / most) * 0.28 * size;
        return html`<rect class="share" x="${x(low) + 1}" y="${y(0) - tall}" width="${Math.max(0, size * (high - low) - 2)}" height="${tall}"/>`;
      })}
      <line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
      ${isScaled && points(raw, 'b', x, y)}${points(scaled, 'a', x, y)}
    </svg>
    <p class="key">${isScaled && html`<span class="dot-key b"></span>as the network gives them: off by ${percent(raw.expectedError)} on average<br>`}
      <span class="dot-key a"></span>as the answers are given: off by ${percent(scaled.expectedError)}${!isScaled && ' on average'}
      <br><span class="dot-key share"></span>how many answers were so sure</p>
    <p class="key">A line is the range in which the true share may lie.</p></figure>`;
}

/** Draws each bin as a dot on the interval of its share. Bins with more answers have larger dots. */
function points(
  { bins }: Calibration,
  kind: 'a' | 'b',
  x: (share: number) => number,
  y: (share: number) => number,
): Html[] {
  const filled = bins.filter(({ count }) => count > 0);
  const most = Math.max(...filled.map(({ count }) => count));
  return filled.map(({ confidence, accuracy, count }) => {
    const { low, high } = shareInterval(Math.round(accuracy * count), count);
    const [place, radius] = [
      x(confidence).toFixed(1),
      (2 + 4 * Math.sqrt(count / most)).toFixed(1),
    ];
    return html`<line class="whisker ${kind}" x1="${place}" x2="${place}" y1="${y(low).toFixed(1)}" y2="${y(high).toFixed(1)}"/>
      <circle class="dot ${kind}" cx="${place}" cy="${y(accuracy).toFixed(1)}" r="${radius}"/>`;
  });
}

/**
 * The coverage that the prediction sets promise, their coverage on the test photos, and how often the answer is "not sure".
 */
function abstention({ certainty, sets }: Assessment): Html {
  const count = sets.sizes.reduce((sum, size) => sum + size, 0);
  const several = sets.sizes.slice(2).reduce((sum, size) => sum + size, 0);
  const kinds = [
    { kind: 'right', label: 'one class fits: sure', share: sets.sure },
    { kind: 'several', label: 'several fit: not sure', share: several / count },
    { kind: 'empty', label: 'none fits: not sure', share: sets.sizes[0]! / count },
  ];
  const described = kinds.map(({ label, share }) => `${label} ${percent(share, 0)}`).join('; ');
  return html`<div class="card sure"><h3>When it says “not sure”</h3>
    <p>A class fits when its probability is ${percent(certainty.threshold)} or more, at a temperature of
      ${certainty.temperature.toFixed(2)}. Both were found on validation photos, so that the true class is among those that
      fit in at least <b>${percent(certainty.coverage, 0)}</b> of cases. On the test photos it was in
      <b>${percent(sets.coverage)}</b>.</p>
    <div class="stack" role="img" aria-label="${described}">${kinds.map(({ kind, share }) => html`<span class="${kind}" style="flex:${share.toFixed(4)}"></span>`)}</div>
    <ul class="key">${kinds.map(({ kind, label, share }) => html`<li><span class="dot-key ${kind}"></span>${label}: <b>${percent(share, 0)}</b></li>`)}</ul>
    <p>${sets.sure > 0 ? html`Where it was sure, <b>${percent(sets.accuracyWhereSure)}</b> were right.` : 'It was never sure.'}
      The promise holds only for photos like these. For photos of anything else, it may be sure and wrong.</p></div>`;
}
