import type { Interval } from '@shroom/train';
import type { Comparison } from '../compare';
import { forTerminal } from '../run/names';
import { withInterval } from './assessment';
import { fromHere } from './from-here';
import type { Printer } from './terminal/printer';
import { counted } from './terminal/words';
import { UsageError, type Verb } from './verb';

/** `shroom compare <runs...>` */
export const compare: Verb = {
  examples: ['shroom compare runs/pets runs/pets-finetuned'],
  define: command => {
    command
      .description(
        'Compares runs: the options that differ, metrics with intervals, and whether a difference from the first run is more than chance, by ' +
          "McNemar's test on the test photos that both have.",
      )
      .argument(
        '<runs...>',
        'the folders of two runs or more; the others are compared with the first',
      );
  },
  run: async (session, folders) => {
    const { results, bars, signal } = session;
    if (folders.length < 2) throw new UsageError('A comparison needs two runs or more.');
    const { compareRuns } = await import('../compare');
    const { onProgress, stop } = bars;
    const comparison = await compareRuns(folders, { onProgress, signal }).finally(stop);
    printComparison(results, comparison);
    return { result: comparison };
  },
};

/** Names of metrics as they are printed, in order. */
const figureNames: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  macroF1: 'macro-F1',
  microF1: 'micro-F1',
  averagePrecision: 'mean AP',
  rocArea: 'ROC area',
  calibrationError: 'calibration error',
};

/** Prints runs below each other: a table of several runs would not fit narrow terminals. */
function printComparison(printer: Printer, { runs, options, pairs }: Comparison): void {
  const { heading, fact, say, paint } = printer;
  const letters = runs.map((_, index) => letterOf(index));
  heading('Runs');
  const isPlain = runs.every(({ precision }) => precision === 'float32');
  runs.forEach(({ folder, photos, precision }, index) => {
    const computing = isPlain ? '' : `, in ${precision}`;
    fact(
      letters[index]!,
      `${forTerminal(fromHere(folder))}, ${counted(photos, 'test photo')}${computing}`,
    );
  });
  heading('Options that differ');
  if (options.length === 0) say('  none');
  for (const { name, values } of options) {
    say(`  ${paint('dim', forTerminal(name))}`);
    values.forEach((value, index) => {
      fact(`  ${letters[index]}`, value === undefined ? 'none' : forTerminal(inWords(value)));
    });
  }
  heading('Metrics');
  for (const [name, label] of Object.entries(figureNames)) {
    const own = runs.map(({ figures }) => figures[name]);
    if (own.every(figure => figure === undefined)) continue;
    say(`  ${paint('dim', label)}`);
    own.forEach((figure, index) => {
      if (figure) fact(`  ${letters[index]}`, withInterval(printer, figure));
    });
  }
  heading(`Against ${letters[0]}`);
  for (const [index, letter] of letters.entries()) {
    if (index === 0) continue;
    const pair = pairs.find(({ run }) => run === index);
    if (!pair) {
      fact(letter, `no test photo in common with ${letters[0]}, so the metrics are not comparable`);
      fact(
        '',
        `\`train --split ${forTerminal(fromHere(runs[0]!.folder))}\` keeps the test photos of ${letters[0]}`,
      );
      continue;
    }
    const { count, onlyFirst, onlySecond, gain, p } = pair;
    const shared = count < runs[0]!.photos || count < runs[index]!.photos;
    fact(
      letter,
      `${paint('bold', gainInWords(gain))} accuracy on ${counted(count, 'photo')}${shared ? ' that both have' : ''}`,
    );
    fact('', `${letter} alone is right on ${onlySecond}, ${letters[0]} alone on ${onlyFirst}`);
    fact('', verdict(p, gain.value));
  }
}

const letterOf = (index: number): string =>
  index < 26 ? String.fromCharCode(65 + index) : `run ${index + 1}`;

const inWords = (value: unknown): string =>
  [value]
    .flat()
    .map(each => (typeof each === 'string' ? each : JSON.stringify(each)))
    .join(', ');

/** A difference of shares in points, with its interval. */
function gainInWords({ value, low, high }: Interval): string {
  const points = (share: number) =>
    `${share > 0 ? '+' : share < 0 ? '−' : ''}${Math.abs(100 * share).toFixed(1)}`;
  return `${points(value)} points (${points(low)} to ${points(high)})`;
}

function verdict(p: number, gain: number): string {
  const shown = p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
  if (p >= 0.05) return `McNemar ${shown}: this may be chance`;
  return `McNemar ${shown}: ${gain > 0 ? 'better' : 'worse'} by more than chance`;
}
