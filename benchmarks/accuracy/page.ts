import type { Scores, Trial } from './trial';

export interface Row {
  readonly name: string;
  /** Trials for each kind of split, one for each seed. */
  readonly trials: Readonly<Record<'stratified' | 'grouped', readonly Trial[]>>;
}

export interface ResultsPage {
  readonly rows: readonly Row[];
  /** The name of the row with the best validation scores. */
  readonly chosen: string;
  /** The chosen way, trained on training and validation photos. */
  readonly final: Row;
  readonly photos: number;
  readonly seeds: number;
  readonly sizes: string;
  readonly command: string;
}

/** Mean and standard deviation over the seeds. */
export function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** Factor for the 95 % interval of a mean of five values: Student's t with four degrees of freedom. */
const studentOfFive = 2.776;

const share = (value: number) => value.toFixed(3);
const cell = (trials: readonly Trial[], part: keyof Trial, score: keyof Scores) => {
  const { mean, deviation } = spread(trials.map(trial => trial[part][score]));
  return `${share(mean)} ± ${share(deviation)}`;
};

/** docs/results.md */
export function resultsPage(page: ResultsPage): string {
  const { rows, chosen, final, photos, seeds, sizes, command } = page;
  const table = (kind: 'stratified' | 'grouped') =>
    [
      '| what is trained | validation accuracy | validation macro-F1 | test accuracy | test macro-F1 |',
      '|---|---|---|---|---|',
      ...[...rows, final].map(({ name, trials }) => {
        const own = trials[kind];
        const shown = name === chosen ? `**${name}** (chosen)` : name;
        const validation =
          name === final.name
            ? ['', '']
            : [cell(own, 'validation', 'accuracy'), cell(own, 'validation', 'macroF1')];
        const test = [cell(own, 'test', 'accuracy'), cell(own, 'test', 'macroF1')];
        return `| ${[shown, ...validation, ...test].join(' | ')} |`;
      }),
    ].join('\n');
  const interval = (row: Row, kind: 'stratified' | 'grouped', score: keyof Scores) => {
    const { mean, deviation } = spread(row.trials[kind].map(({ test }) => test[score]));
    if (seeds !== 5) return share(mean);
    const half = (studentOfFive * deviation) / Math.sqrt(seeds);
    return `${share(mean)} (95 % interval of the mean ${share(mean - half)} to ${share(mean + half)})`;
  };
  const best = rows.find(({ name }) => name === chosen)!;
  return `# Results on real photographs

${photos} photographs of the nine genera, collected from public repositories. The network is a frozen ResNet50 with ImageNet weights;
photos have 299 px. Figures are means and standard deviations over ${seeds} seeds (of the split, the first weights, the order). Written by
\`${command}\`.

The way to train was chosen by the validation photos only: it has the best mean of accuracy and macro-F1 over the seeds of the stratified
split. These are its scores on the test photos, which were not used to choose anything:

| split | trained on | accuracy | macro-F1 |
|---|---|---|---|
| stratified | training photos | ${interval(best, 'stratified', 'accuracy')} | ${interval(best, 'stratified', 'macroF1')} |
| stratified | training and validation photos | ${interval(final, 'stratified', 'accuracy')} | ${interval(final, 'stratified', 'macroF1')} |
| by source | training photos | ${interval(best, 'grouped', 'accuracy')} | ${interval(best, 'grouped', 'macroF1')} |
| by source | training and validation photos | ${interval(final, 'grouped', 'accuracy')} | ${interval(final, 'grouped', 'macroF1')} |

The split by source gives the more honest figure. All photos of one label from one source are in one part of the split, so the test has no
photos of a series that was seen in training. When the list of ways to train was made, test scores were known; they were not used to choose
from the list. ${sizes}

Splits and crops depend on each photo's own hash. All copies of a photo, near copies too, stay in one part. Earlier figures on this page
(0.801 and, by source, 0.663) used other splits and cannot be compared with these.

Never eat a mushroom because of a photo.

## What each change adds: stratified split

${table('stratified')}

## What each change adds: split by source

${table('grouped')}

## What the names mean

Covariances are second-order pooling: they say which features of the last two stages occur together, where averages say how strong each
feature is ([iSQRT-COV](https://arxiv.org/abs/1712.01034), \`poolCovariances\` of \`@shroom/head\`). They are computed along the principal
directions of the features of drawn mushrooms, so these directions depend on no photograph and no label. The four views are the photo, its
mirror image, and two crops of 40 % or more of it. The last row was trained on the validation photos too, after everything had been chosen.

[Calibration](calibration.md) shows whether the percentages are true.
`;
}
