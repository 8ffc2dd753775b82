import type { Scores, SeedScores } from './calibration-scores';
import { spread } from './page';

export interface CalibrationRow {
  readonly name: string;
  readonly kind: 'stratified' | 'grouped';
  readonly seeds: readonly SeedScores[];
}

/** docs/calibration.md */
export function calibrationPage(rows: readonly CalibrationRow[], photos: number): string {
  return `# Are 80 % right in 80 of 100 cases?

${photos} photographs of the nine genera, each classified by a classifier that has not seen it: five folds, a fifth of the photos each;
of the others a quarter is validation. ResNet50 with ImageNet weights, frozen, photos at 299 px. Means over seeds (of the folds,
the first weights, the order), and their standard deviations. Written by \`npm run calibration\`.

Temperature and threshold are those of \`fitCertainty\`, from photos that nothing else was fitted on. Where validation photos
choose the epoch that is kept, two more trainings choose it by one half of them and evaluate on the other (\`heldOutLogits\`); where
the last epoch is kept, they chose nothing and are taken as they are.

The error is the expected calibration error of ten bins of equal width. That of a perfect classifier, whose probabilities are all
true, is not 0 on so few photos; it is given beside. Negative log likelihood (in nats) and Brier score are the lower the better.

${section(rows, 'stratified', 'Stratified folds')}${section(rows, 'grouped', 'Folds by source', bySource)}`;
}

const bySource = `No source's photos of one label are in two folds, nor in two parts of a fold. Photos by other photographers are
photos of another kind: what was fitted on known ones makes no promise about them.`;

/** Nothing where a kind of folds was not measured. */
function section(
  rows: readonly CalibrationRow[],
  kind: CalibrationRow['kind'],
  title: string,
  lead?: string,
): string {
  const own = rows.filter(row => row.kind === kind);
  if (own.length === 0) return '';
  const parts = own.map(row => `### ${capital(row.name)}\n\n${tables(row)}`);
  return `## ${title}\n\n${[...(lead ? [lead] : []), ...parts].join('\n\n')}\n\n`;
}

function tables({ seeds }: CalibrationRow): string {
  const single = seeds.length === 1;
  const cell = (of: (seed: SeedScores) => number) => {
    const { mean, deviation } = spread(seeds.map(of));
    return single ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
  };
  const scores: readonly (readonly [string, keyof Scores])[] = [
    ['mean probability of the answer', 'confidence'],
    ['share that is right', 'accuracy'],
    ['expected calibration error', 'calibrationError'],
    ['negative log likelihood', 'loss'],
    ['Brier score', 'brier'],
  ];
  const temperatures = spread(seeds.flatMap(seed => seed.temperatures));
  return [
    single ? 'One seed.' : `${seeds.length} seeds.`,
    '',
    '| | as the network gives it | at the temperature |',
    '|---|---|---|',
    ...scores.map(
      ([name, score]) =>
        `| ${name} | ${cell(({ raw }) => raw[score])} | ${cell(({ calibrated }) => calibrated[score])} |`,
    ),
    `| the same error of a perfect classifier | | ${cell(({ perfect }) => perfect)} |`,
    '',
    `Temperature ${temperatures.mean.toFixed(2)} ± ${temperatures.deviation.toFixed(2)} (over all folds). The class is among those that fit, as ` +
      `promised in 90 %, in ${cell(({ coverage }) => 100 * coverage).replace(/(\.\d)\d\d/g, '$1')} % of cases; ` +
      `${cell(({ setSize }) => setSize)} classes fit on average.`,
  ].join('\n');
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);
