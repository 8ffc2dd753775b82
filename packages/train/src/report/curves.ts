import type { HistoryRow } from '../logs/history';
import { type Html, html } from './html';
import { niceTicks } from './ticks';

interface Curve {
  readonly name: string;
  readonly kind: 'a' | 'b' | 'c' | 'd';
  readonly values: readonly number[];
}

const box = { width: 460, height: 256, left: 44, right: 84, top: 20, bottom: 44 };

/** Charts of the loss and of accuracy and macro-F1 by epoch. The epoch whose weights were kept is marked. */
export function learningCurves(history: readonly HistoryRow[]): Html {
  const best = history.findLast(row => row.best)?.epoch;
  const epochs = history.map(row => row.epoch);
  const loss: Curve[] = [
    { name: 'training', kind: 'b', values: history.map(row => row.trainLoss) },
    { name: 'validation', kind: 'a', values: history.map(row => row.validationLoss) },
  ];
  const score: Curve[] = [
    { name: 'validation', kind: 'a', values: history.map(row => row.validationAccuracy) },
    { name: 'macro-F1', kind: 'c', values: history.map(row => row.validationMacroF1) },
  ];
  const trained = history.map(row => row.trainAccuracy);
  if (trained.every(value => value !== undefined)) {
    score.unshift({ name: 'training', kind: 'b', values: trained });
  }
  const ranked = history.map(row => row.validationMeanAveragePrecision);
  const several = ranked.some(value => value !== undefined);
  if (several) score.push({ name: 'mean AP', kind: 'd', values: ranked.map(value => value ?? 0) });
  const highest = Math.max(...loss.flatMap(curve => curve.values));
  return html`<div class="pair">
    ${chart(several ? 'Binary cross entropy' : 'Cross entropy', epochs, loss, [0, highest], value => value.toFixed(highest < 1 ? 2 : 1), best)}
    ${chart(several ? 'All classes right, macro-F1, mean AP' : 'Accuracy', epochs, score, [0, 1], value => `${Math.round(100 * value)} %`, best)}
  </div>`;
}

function chart(
  title: string,
  epochs: readonly number[],
  curves: readonly Curve[],
  [low, high]: readonly [number, number],
  label: (value: number) => string,
  best: number | undefined,
): Html {
  const { width, height, left, right, top, bottom } = box;
  const first = epochs[0] ?? 1;
  const lastEpoch = epochs.at(-1) ?? 1;
  const ticks = niceTicks(low, high);
  const ceiling = Math.max(high, ticks.at(-1)!);
  const x = (epoch: number) =>
    left + ((width - left - right) * (epoch - first)) / Math.max(1, lastEpoch - first);
  const y = (value: number) =>
    height - bottom - ((height - top - bottom) * (value - low)) / (ceiling - low || 1);
  const path = (values: readonly number[]) =>
    values
      .map(
        (value, index) =>
          `${index === 0 ? 'M' : 'L'}${x(epochs[index]!).toFixed(1)} ${y(value).toFixed(1)}`,
      )
      .join('');
  const ends = spread(
    curves.map(curve => y(curve.values.at(-1) ?? 0)),
    15,
  );
  const described = curves.map(
    ({ name, values }) => `${name} ${label(values[0] ?? 0)} to ${label(values.at(-1) ?? 0)}`,
  );

  return html`<figure class="card"><figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title} by epoch: ${described.join(', ')}.">
      ${ticks.map(
        tick => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${y(tick)}" y2="${y(tick)}"/>
        <text class="tick" x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
      )}
      ${epochTicks(first, lastEpoch).map(
        epoch =>
          html`<text class="tick" x="${x(epoch)}" y="${height - bottom + 18}" text-anchor="middle">${epoch}</text>`,
      )}
      <text class="tick" x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">epoch</text>
      ${
        best !== undefined &&
        html`<line class="best" x1="${x(best)}" x2="${x(best)}" y1="${top}" y2="${height - bottom}"/>
        <text class="tick" x="${x(best)}" y="${top - 6}" text-anchor="middle">kept</text>`
      }
      ${curves.map(
        (curve, index) => html`<path class="curve ${curve.kind}" d="${path(curve.values)}"/>
        <circle class="dot ${curve.kind}" cx="${x(lastEpoch)}" cy="${y(curve.values.at(-1) ?? 0)}" r="3.5"/>
        <text class="name ${curve.kind}" x="${width - right + 10}" y="${ends[index]! + 4}">${curve.name}</text>`,
      )}
    </svg></figure>`;
}

function epochTicks(first: number, last: number): number[] {
  const step = Math.max(1, Math.ceil((last - first) / 6));
  const ticks: number[] = [];
  for (let epoch = first; epoch < last - step / 2; epoch += step) ticks.push(epoch);
  return [...ticks, last];
}

/** Moves labels apart until none is nearer than `gap` to the next. */
function spread(positions: readonly number[], gap: number): number[] {
  const order = positions.map((_, index) => index).sort((a, b) => positions[a]! - positions[b]!);
  const result = [...positions];
  order.forEach((index, rank) => {
    const above = order[rank - 1];
    if (above !== undefined) result[index] = Math.max(result[index]!, result[above]! + gap);
  });
  return result;
}
