import type {
  ClassifierFile,
  MultiLabelPrediction,
  Prediction,
  SingleLabelPrediction,
} from '@shroom/classifier/browser';
import { and, or, percent } from './words';

export const unknown = 'This does not look like anything that the model was trained on.';

/** The words of an answer, in the order in which a card shows them. */
export interface AnswerInWords {
  /** The class, or all classes that are present. If no class can be named: that the model is not sure. */
  readonly verdict: string;
  /** The probability of the class. Absent if it is not one class that is sure. */
  readonly chance?: string;
  readonly sure: boolean;
  /** Which other classes are possible. Absent if the answer is sure. */
  readonly doubt?: string;
  /** The whole answer as one sentence. */
  readonly sentence: string;
}

/** Puts the answer for a photo that resembles the training photos into words. */
export const inWords = (prediction: Prediction): AnswerInWords =>
  prediction.task === 'multi-label' ? severalInWords(prediction) : oneInWords(prediction);

function oneInWords({ class: best, probability, sure, ...more }: SingleLabelPrediction) {
  const chance = percent(probability);
  if (sure) return { verdict: best, chance, sure, sentence: `${best}, ${chance}.` };
  const classes = Object.keys(more.probabilities).length;
  const doubt =
    more.fits.length > 0
      ? `It may be ${or(more.fits)}.`
      : `No class is probable enough: it may be none of the ${classes}.`;
  return { verdict: 'Not sure', sure, doubt, sentence: `not sure. ${doubt}` };
}

function severalInWords({ labels, fits, sure }: MultiLabelPrediction): AnswerInWords {
  const present = labels.filter(each => each.present).map(each => each.class);
  const verdict = present.length > 0 ? and(present) : `None of the ${labels.length} classes`;
  if (sure) return { verdict, sure, sentence: `${verdict}.` };
  const more = fits.filter(name => !present.includes(name));
  const less = present.filter(name => !fits.includes(name));
  const doubts = [
    more.length > 0 && `It may ${present.length > 0 ? 'also ' : ''}have ${or(more)}.`,
    less.length > 0 && `It may not have ${or(less)}.`,
  ];
  const doubt = ['Not sure.', ...doubts.filter(Boolean)].join(' ');
  return { verdict, sure, doubt, sentence: `${verdict}. ${doubt}` };
}

/** Explains what the classes mean for a photo that is unlike the training photos. */
export function describeUnknown({ task, class: best, probability }: Prediction): string {
  const likely = `${best} (${percent(probability)})`;
  return task === 'multi-label'
    ? `The classes below mean little. If it has any of them after all, it most likely has ${likely}.`
    : `The classes below mean little. If it is one of them after all, it is most likely ${likely}.`;
}

/** Explains what "possible" means, in terms of the calibration of answers from one view. */
export function describeRule({ certainty, task }: Pick<ClassifierFile, 'certainty' | 'task'>) {
  const { coverage } = certainty.find(({ views }) => views === 1)!;
  return task === 'multi-label'
    ? `A class is present from its mark on. On pictures like those used for checking, ${percent(coverage)} of the classes that a picture has are among the possible ones.`
    : `On pictures like those used for checking, the right answer is among the possible ones in ${percent(coverage)} of cases.`;
}
