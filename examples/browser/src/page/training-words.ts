import type { ClassifierFile } from '@shroom/classifier/browser';
import { percent } from './words';

/**
 * Describes the training data, and warns about photos of another kind.
 *
 * @param fallback A sentence about the precision, if it is not that of the training.
 */
export function describeTraining({ title, trainedOn }: ClassifierFile, fallback = ''): string {
  const { photos, kind } = trainedOn;
  const learned =
    `Trained on ${photos.toLocaleString('en')} ${kind} (${title}). ${fallback}`.trim();
  if (kind === 'photographs') return learned;
  return `${learned} Photographs look different from ${kind}: do not rely on what it says of them, even where it is sure.`;
}

/** How photos of classes that the model was not trained on would be answered. */
export interface LeftOutInWords {
  readonly summary: string;
  readonly note: string;
  /** For each class, the share of its photos that would be recognized as unknown, in percent. The lowest share is first. */
  readonly rows: readonly (readonly [name: string, share: string])[];
}

/** Describes what was measured by leaving out each class. Undefined if it was not measured. */
export function describeLeftOut({ classes, novelty }: ClassifierFile): LeftOutInWords | undefined {
  const { leftOut } = novelty ?? {};
  if (!leftOut) return undefined;
  const shares = classes.map((name, k) => [name, leftOut[k]!] as const);
  shares.sort(([, a], [, b]) => a - b);
  const [least, most] = [shares[0]!, shares.at(-1)!].map(([, share]) => percent(share));
  const range = least === most ? least : `${least} to ${most}, depending on the class,`;
  return {
    summary: `Of photos of a class that it was not trained on, it recognizes ${range} as unknown. It takes the others for a class that it knows.`,
    note: 'Measured on the photos of each class in turn, as if the class had been left out of the training:',
    rows: shares.map(([name, share]) => [name, percent(share)]),
  };
}

/** Largest number of classes that are listed by name. */
const mostNames = 40;

/** Describes the classes, the networks, and how exactly their weights are stored. */
export function describeModel({ classes, extractors, change }: ClassifierFile): string {
  const shown = classes.slice(0, mostNames).join(', ');
  const more = classes.length > mostNames ? ` and ${classes.length - mostNames} more` : '';
  const networks = extractors.map(
    ({ architecture, weights: { origin, source, license } }) =>
      `${architecture}, ${origin ?? source} (${license}).`,
  );
  const precision =
    change && extractors.some(({ precision }) => precision === 'float16')
      ? `Its weights are stored in 16 bits, which moves a logit by ${(100 * change.share).toFixed(2)} % of the largest at most, on ${change.photos} pictures.`
      : '';
  return [`It knows ${classes.length} classes: ${shown}${more}.`, ...networks, precision].join(' ');
}
