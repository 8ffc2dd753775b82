import { intervalOfMean, spread } from './spread';
import type { Scores, Trial } from './trial';
import type { SplitKind } from './ways';

export interface Row {
  readonly name: string;
  /** Trials for each kind of split, one for each seed. A kind of split that was not measured has none. */
  readonly trials: Readonly<Record<SplitKind, readonly Trial[]>>;
}

const share = (value: number) => value.toFixed(3);
const cell = (trials: readonly Trial[], part: 'validation' | 'test', score: keyof Scores) => {
  const { mean, deviation } = spread(trials.map(trial => trial[part][score]));
  return `${share(mean)} ± ${share(deviation)}`;
};

/** The row with the best validation scores on the stratified splits: the best mean of accuracy and macro-F1. */
export function chosenOf(rows: readonly Row[]): Row {
  const merit = ({ trials }: Row) =>
    spread(trials.stratified.map(({ validation: v }) => (v.accuracy + v.macroF1) / 2)).mean;
  return rows.reduce((most, each) => (merit(each) > merit(most) ? each : most));
}

/** docs/results.md. @param rows The first row is what the others are compared with. */
export function resultsPage(rows: readonly Row[]): string {
  const chosen = chosenOf(rows);
  const [reference] = rows as [Row];
  const table = (kind: SplitKind) =>
    [
      '| options of `train` | validation accuracy | validation macro-F1 | test accuracy | test macro-F1 |',
      '|---|---|---|---|---|',
      ...rows.map(row => {
        const own = row.trials[kind];
        const cells = (['validation', 'test'] as const).flatMap(part =>
          (['accuracy', 'macroF1'] as const).map(score => cell(own, part, score)),
        );
        return `| ${[row === chosen ? `**${row.name}** (chosen)` : row.name, ...cells].join(' | ')} |`;
      }),
    ].join('\n');
  const interval = (kind: SplitKind, score: keyof Scores) => {
    const values = chosen.trials[kind].map(({ test }) => test[score]);
    const { low, high } = intervalOfMean(values);
    return `${share(spread(values).mean)} (${share(low)} to ${share(high)})`;
  };
  const gain = (kind: SplitKind, score: keyof Scores) => {
    const values = chosen.trials[kind].map(
      ({ test }, seed) => test[score] - reference.trials[kind][seed]!.test[score],
    );
    const { low, high } = intervalOfMean(values);
    return `${signed(spread(values).mean)} (${signed(low)} to ${signed(high)})`;
  };
  const line = (name: string, kind: SplitKind) =>
    `| ${name} | ${[interval(kind, 'accuracy'), gain(kind, 'accuracy'), interval(kind, 'macroF1'), gain(kind, 'macroF1')].join(' | ')} |`;
  const { stratified, grouped } = reference.trials;
  const bySource = grouped.length > 0;
  const sizes = [
    `${stratified[0]!.photos.join(' / ')} photos in the stratified split`,
    ...(bySource ? [`${grouped[0]!.photos.join(' / ')} in the split by source`] : []),
  ];
  const photos = stratified[0]!.photos.reduce((sum, count) => sum + count, 0);
  return `# Results on real photographs

${photos} photographs of the nine genera, collected from public repositories, each way trained and tested by \`train\` of
\`@shroom/classifier\`. The network is a frozen ResNet50 with ImageNet weights; photos have 299 px. Figures are means and standard
deviations over ${stratified.length} seeds (of the split, the first weights, the order). Written by \`npm run accuracy\`.

The way to train was chosen by the validation photos only: ${chosen.name} has the best mean of accuracy and macro-F1 over the seeds of
the stratified split. These are its scores on the test photos, which were not used to choose anything, with 95 % intervals of the mean.
The gain is over ${reference.name} on the same split.

| split | accuracy | gain | macro-F1 | gain |
|---|---|---|---|---|
${line('stratified', 'stratified')}
${bySource ? `${line('by source', 'grouped')}\n\n${honest}` : ''}
When the list of ways to train was made, test scores were known; they were not used to choose from the list. Training, validation and test
have ${sizes.join(', and ')} of the first seed.

Splits and crops depend on each photo's own hash. All copies of a photo, near copies too, stay in one part. Earlier figures on this page
(0.801 and, by source, 0.663) used other splits and cannot be compared with these.

Never eat a mushroom because of a photo.

## What each part adds: stratified split

${table('stratified')}

${bySource ? `## What each part adds: split by source\n\n${table('grouped')}\n\n` : ''}## What the names mean

\`reference\` trains an MLP on averages of the last feature map. \`best\` trains one linear layer
on covariances, which is second-order pooling: covariances say which features of the last two stages occur together, where averages say how
strong each feature is ([iSQRT-COV](https://arxiv.org/abs/1712.01034), \`poolCovariances\` of \`@shroom/head\`). They are computed along the
principal directions of the features of the run's own training photos. The four views of \`best\` are the photo, its mirror image, and two
crops of 40 % or more of it; they are averaged at test. The other rows leave something out of \`best\`.

[Calibration](calibration.md) shows whether the percentages are true.
`;
}

const honest = `The split by source gives the more honest figure. All photos of one label from one source are in one part of the split, so the test has no
photos of a series that was seen in training.
`;

const signed = (value: number) => `${value < 0 ? '−' : '+'}${share(Math.abs(value))}`;
