import type { Finding } from '../photo';

/** The message of the error when a set has too few classes. */
export function tooFewClasses(
  where: string,
  classes: readonly string[],
  findings: readonly Finding[],
  expected: string,
  leastClasses: number,
): string {
  const found = classes.length === 0 ? 'no usable class' : `one usable class ('${classes[0]}')`;
  const shown = findings.slice(0, 8).map(({ subject, reason }) => `  ${subject}: ${reason}`);
  if (findings.length > shown.length)
    shown.push(`  ... and ${findings.length - shown.length} more`);
  const empty = classes.length === 0 ? '\nThe folder is empty.' : '';
  const why = shown.length > 0 ? `\nThis was found there:\n${shown.join('\n')}` : empty;
  // Photos to evaluate a classifier on may all be of one class.
  const needs =
    leastClasses > 1
      ? `; training needs at least ${leastClasses === 2 ? 'two' : leastClasses}`
      : '';
  return `${where} has ${found}${needs}. ${expected}${why}`;
}
