import type { MultiLabelPrediction, Prediction } from '@shroom/classifier';

/**
 * A classifier's answer for a photo in words: one class if exactly one fits; otherwise "not sure", or "unlike" for unknown
 * kinds of photos.
 */
export function inWords(prediction: Prediction): string {
  const { class: most, probability, fits, known } = prediction;
  if (prediction.task === 'multi-label' && known) return labelsInWords(prediction);
  const share = `${Math.round(100 * probability)} %`;
  if (!known) return `unlike all training photos; most like ${most}, ${share}`;
  if (fits.length === 1) return `${most}, ${share}`;
  if (fits.length === 0) return `not sure: no class fits; most like ${most}, ${share}`;
  return `not sure: ${listed(fits.slice(0, 3))}${fits.length > 3 ? ` or ${fits.length - 3} more` : ''}`;
}

/** Each class that the photo has, with its probability. */
function labelsInWords({ labels, class: most, probability }: MultiLabelPrediction): string {
  const present = labels.filter(label => label.present);
  const inPercent = (share: number) => `${Math.round(100 * share)} %`;
  if (present.length === 0)
    return `none of the classes; most like ${most}, ${inPercent(probability)}`;
  return present.map(label => `${label.class} ${inPercent(label.probability)}`).join(', ');
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** The output as one probability per class. A single sigmoid is the probability of "yes", class 1; "no" has the rest. */
export const byClass = (output: Float32Array, classes: number): number[] =>
  classes === 2 && output.length === 1 ? [1 - output[0]!, output[0]!] : [...output];
