import { forTerminal } from '../run/names';
import type { MultiLabelPrediction, Prediction } from '../serving/answer';
import { filledBar } from './terminal/filled';
import type { Printer } from './terminal/printer';
import { counted, listed, percent } from './terminal/words';
import { padEnd, widthOf } from './terminal/wrap';

/**
 * The answer for a photo in words: one class if exactly one fits; otherwise "not sure", or "unlike all training photos", which comes
 * before any class.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const [answer] = await classifier.predict(['cat.jpg']);
 * console.log(inWords(answer!)); // cat, 98 %
 * ```
 */
export function inWords(prediction: Prediction): string {
  const { probability, fits, known } = prediction;
  if (prediction.task === 'multi-label' && known) return labelsInWords(prediction);
  const [most, ...names] = [prediction.class, ...fits].map(forTerminal);
  const share = percent(probability);
  if (!known) return `unlike all training photos; most like ${most}, ${share}`;
  if (names.length === 1) return `${most}, ${share}`;
  if (names.length === 0) return `not sure: no class fits; most like ${most}, ${share}`;
  const more = names.length > 3 ? [`${names.length - 3} more`] : [];
  return `not sure: ${listed([...names.slice(0, 3), ...more])}`;
}

/** Each class that the photo has, with its probability. */
function labelsInWords({ labels, class: most, probability }: MultiLabelPrediction): string {
  const present = labels.filter(label => label.present);
  if (present.length === 0)
    return `none of the classes; most like ${forTerminal(most)}, ${percent(probability)}`;
  return present.map(each => `${forTerminal(each.class)} ${percent(each.probability)}`).join(', ');
}

/** Prints a photo's name and the answer beside it, or below it if the line would be too long. */
export function printAnswer(printer: Printer, name: string, answer: string, width: number): void {
  const shown = forTerminal(name);
  const fits = 2 + Math.max(width, widthOf(shown)) + 2 + widthOf(answer) <= printer.columns;
  if (fits) printer.write(`  ${padEnd(shown, width)}  ${answer}\n`);
  else {
    printer.say(`  ${shown}`);
    printer.say(`    ${answer}`);
  }
}

/** Prints a bar for each of the most probable classes. */
export function printBars(printer: Printer, { probabilities }: Prediction, most: number): void {
  const ranked = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  const shown = ranked.slice(0, most);
  const names = shown.map(([name]) => forTerminal(name));
  const width = Math.max(...names.map(widthOf));
  const free = printer.columns - 4 - width - 2 - 2 - 5;
  const length = Math.max(8, Math.min(32, free));
  for (const [index, [, share]] of shown.entries()) {
    const bar = filledBar(printer, share, length);
    printer.write(`    ${padEnd(names[index]!, width)}  ${bar}  ${percent(share).padStart(5)}\n`);
  }
  const left = ranked.length - shown.length;
  if (left > 0)
    printer.say(printer.paint('dim', `    and ${counted(left, 'class', 'classes')} more`));
}
