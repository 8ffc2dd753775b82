import type { Evaluated } from '../evaluate';
import { forTerminal } from '../run/names';
import { printAssessment } from './assessment';
import { fromHere } from './from-here';
import type { Printer } from './terminal/printer';
import { counted, listed, percent } from './terminal/words';

/**
 * Prints an evaluation: what makes its score doubtful, how many photos are unlike the training photos, and the figures.
 *
 * @param run The folder of the run.
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const evaluated = await classifier.evaluate('other-photos');
 * printEvaluated(printerTo(process.stdout), 'runs/pets', classifier.classes, evaluated);
 * ```
 */
export function printEvaluated(
  printer: Printer,
  run: string,
  classes: readonly string[],
  { assessment, seen, strange, unknown }: Evaluated,
): void {
  if (seen === undefined)
    printer.warn(
      `${forTerminal(fromHere(run))} has no split.json: the classifier may have been trained on these photos`,
    );
  else if (seen > 0)
    printer.warn(
      `${counted(seen, 'of these photos was', 'of these photos were')} used for training or validation, so the score is too good`,
    );
  if (strange.photos > 0) printStrange(printer, strange);
  printAssessment(printer, classes, assessment, unknown);
}

/** Prints how photos of classes that the classifier does not have were answered. */
function printStrange(
  { heading, fact }: Printer,
  { photos, classes, unknown, unsure }: Evaluated['strange'],
): void {
  heading('Photos of other classes');
  fact('classes', `${counted(photos, 'photo')} of ${listed(classes.map(forTerminal), 'and')}`);
  fact('unknown', `${percent(unknown / photos)} are unlike all training photos`);
  fact('not sure', `${percent(unsure / photos)}, those included`);
}
