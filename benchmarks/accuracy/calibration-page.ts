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

${photos} photographs of the nine genera. Each is classified by a classifier that was not trained on it: there are five folds with a fifth
of the photos each, and a quarter of the remaining photos is for validation. The network is a frozen ResNet50 with ImageNet weights;
photos have 299 px. Figures are means and standard deviations over seeds (of the folds, the first weights, the order). Written by \`npm
run calibration\`.

\`fitCertainty\` finds temperature and threshold on photos that nothing else was fitted on. If the validation photos choose the epoch that
is kept, the head is trained twice more: each time one half of them chooses the epoch, and the other half is used here (\`heldOutLogits\`).
If the last epoch is kept, the validation photos chose nothing, and all of them are used.

The calibration error is the expected one, over ten bins of equal width. On so few photos it is not 0 even for a perfect classifier, whose
probabilities are all true; the last row says how large it would be. For the negative log likelihood (in nats) and the Brier score, lower is
better.

${section(rows, 'stratified', 'Stratified folds')}${section(rows, 'grouped', 'Folds by source', bySource)}`;
}

const bySource = `All photos of one label from one source are in the same fold, and in the same part of a fold. So the test photos come
from other photographers and differ in kind: numbers that were fitted on known photos promise nothing about them.`;

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
    ['share of right answers', 'accuracy'],
    ['expected calibration error', 'calibrationError'],
    ['negative log likelihood', 'loss'],
    ['Brier score', 'brier'],
  ];
  const temperatures = spread(seeds.flatMap(seed => seed.temperatures));
  return [
    single ? 'One seed.' : `${seeds.length} seeds.`,
    '',
    '| | raw output of the network | at the temperature |',
    '|---|---|---|',
    ...scores.map(
      ([name, score]) =>
        `| ${name} | ${cell(({ raw }) => raw[score])} | ${cell(({ calibrated }) => calibrated[score])} |`,
    ),
    `| the same error of a perfect classifier | | ${cell(({ perfect }) => perfect)} |`,
    '',
    `Temperature ${temperatures.mean.toFixed(2)} ± ${temperatures.deviation.toFixed(2)} (over all folds). In ${cell(({ coverage }) => 100 * coverage).replace(/(\.\d)\d\d/g, '$1')} % of cases the true class is among those that fit (90 % are promised); ` +
      `${cell(({ setSize }) => setSize)} classes fit on average.`,
  ].join('\n');
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);
