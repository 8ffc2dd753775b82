import type { Calibration } from '@shroom/train';
import type { Row } from './page';
import { spread } from './spread';
import type { Trial } from './trial';
import type { SplitKind } from './ways';

/** docs/calibration.md, for some of the rows. */
export function calibrationPage(rows: readonly Row[]): string {
  const [first] = rows as [Row];
  const { length: seeds } = first.trials.stratified;
  return `# Are 80 % right in 80 of 100 cases?

The answers of [these classifiers](results.md) to their test photos, those of ${seeds} seeds together. Written by \`npm run accuracy\`.

Each run finds temperature and threshold on photos that nothing else was fitted on: the head is trained twice more, and each time one half
of the validation photos chooses the epoch, and the other half is used for the calibration (\`heldOutLogits\`).

The calibration error is the expected one, over ten bins of equal width. On so few photos it is not 0 even for a perfect classifier, whose
probabilities are all true; the last row says about how large it would be.

## Stratified split

${rows.map(row => section(row, 'stratified')).join('\n\n')}

${first.trials.grouped.length > 0 ? bySource(rows) : ''}`;
}

const bySource = (rows: readonly Row[]) => `
## Split by source

All photos of one label from one source are in the same part. So the test photos come from other photographers and differ in kind: numbers
that were fitted on known photos promise nothing about them.

${rows.map(row => section(row, 'grouped')).join('\n\n')}
`;

function section({ name, trials }: Row, kind: SplitKind): string {
  const own = trials[kind];
  const raw = pooled(own.map(({ calibration }) => calibration.raw));
  const scaled = pooled(own.map(({ calibration }) => calibration.scaled));
  const temperatures = spread(own.map(({ temperature }) => temperature));
  const percent = (share: number) => (100 * share).toFixed(1);
  const mean = (of: (trial: Trial) => number) => spread(own.map(of)).mean;
  const line = (label: string, of: (pool: Pooled) => number) =>
    `| ${label} | ${of(raw).toFixed(3)} | ${of(scaled).toFixed(3)} |`;
  return `### ${name}

| ${raw.count} test photos | raw output of the network | at the temperature |
|---|---|---|
${line('mean probability of the answer', ({ confidence }) => confidence)}
${line('share of right answers', ({ accuracy }) => accuracy)}
${line('expected calibration error', ({ expectedError }) => expectedError)}
${line('the same error of a perfect classifier', ({ perfect }) => perfect)}

Temperature ${temperatures.mean.toFixed(2)} ± ${temperatures.deviation.toFixed(2)}. In ${percent(mean(({ sets }) => sets.coverage))} % of cases the true class is among those that fit (90 % are promised);
${mean(({ sets }) => sets.meanSize).toFixed(2)} classes fit on average.`;
}

/** Reliability of the answers of several classifiers together. */
interface Pooled {
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
  readonly expectedError: number;
  /** The expected calibration error of a classifier with the same probabilities, if all of them were true. */
  readonly perfect: number;
}

/** Adds up the bins. Within a bin, the error of a perfect classifier is the mean deviation of a share of right answers. */
export function pooled(calibrations: readonly Calibration[]): Pooled {
  let [count, confidence, accuracy, expectedError, perfect] = [0, 0, 0, 0, 0];
  for (const index of calibrations[0]!.bins.keys()) {
    let [own, sure, right] = [0, 0, 0];
    for (const { bins } of calibrations) {
      const bin = bins[index]!;
      if (bin.count === 0) continue;
      own += bin.count;
      sure += bin.count * bin.confidence;
      right += bin.count * bin.accuracy;
    }
    if (own === 0) continue;
    const share = sure / own;
    count += own;
    confidence += sure;
    accuracy += right;
    expectedError += Math.abs(sure - right);
    perfect += own * Math.sqrt((2 * share * (1 - share)) / (Math.PI * own));
  }
  return {
    count,
    confidence: confidence / count,
    accuracy: accuracy / count,
    expectedError: expectedError / count,
    perfect: perfect / count,
  };
}
