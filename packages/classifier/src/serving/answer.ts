import {
  type Answer,
  answer,
  answerMultiLabel,
  type Certainty,
  meanOfSigmoids,
  probabilities,
} from '@shroom/train';
import type { ClassifierFile } from '../file/schema';
import { type TaskName, taskOf } from '../task';

/** What a classifier says of a photo, whether it may have one class or several. */
interface AnyPrediction {
  /** Its path, a file's name, or its place in what was given. */
  readonly photo: string;
  /** The most probable class. */
  readonly class: string;
  readonly classIndex: number;
  /** Of that class, calibrated; 0 to 1. */
  readonly probability: number;
  /** Of every class by its name. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** The classes that fit, the most probable first; none where even that one does not. */
  readonly fits: readonly string[];
  /** Whether the photo is like what was trained on. If not, none of the classes means much. */
  readonly known: boolean;
  /** How unlike the photos it is that were trained on, 0 to 2; absent where the classifier does not know. */
  readonly novelty?: number;
}

/** What a classifier says of a photo that has one class. */
export interface SingleLabelPrediction extends AnyPrediction {
  readonly task: 'single-label';
  /** Whether exactly one class fits, and the photo is like what was trained on. */
  readonly sure: boolean;
}

/** What a classifier says of a photo that may have several classes or none; the probabilities are independent, and do not sum to 1. */
export interface MultiLabelPrediction extends AnyPrediction {
  readonly task: 'multi-label';
  /** Every class, the most probable first. */
  readonly labels: readonly PredictedLabel[];
  /** Whether the classes that fit are exactly those above their thresholds, and the photo is like what was trained on. */
  readonly sure: boolean;
}

/** Whether a photo has a class. */
export interface PredictedLabel {
  readonly class: string;
  /** Calibrated; 0 to 1. */
  readonly probability: number;
  /** Of the class, chosen on validation photos. */
  readonly threshold: number;
  /** Whether the probability is at the threshold or above. */
  readonly present: boolean;
}

/** What a classifier says of a photo; `task` tells which of both it is. */
export type Prediction = SingleLabelPrediction | MultiLabelPrediction;

/** How answers of a classifier are made, of so many views. */
export type CertaintyOfViews = ClassifierFile['certainty'][number];

/**
 * @param logits `[K]`.
 * @param certainty Of the file, for as many views as the logits are of.
 */
export function predictionOf(
  photo: string,
  file: Pick<ClassifierFile, 'classes' | 'task'>,
  logits: Float32Array,
  certainty: Certainty & Pick<CertaintyOfViews, 'thresholds'>,
  novelty: { readonly score: number; readonly threshold: number } | undefined,
): Prediction {
  const { classes } = file;
  const known = novelty === undefined || novelty.score <= novelty.threshold;
  const common = ({ classIndex, probabilities, fitting, sure }: Answer) => ({
    photo,
    class: classes[classIndex]!,
    classIndex,
    probability: probabilities[classIndex]!,
    probabilities: Object.fromEntries(classes.map((name, k) => [name, probabilities[k]!])),
    fits: fitting.map(k => classes[k]!),
    sure: sure && known,
    known,
    ...(novelty && { novelty: novelty.score }),
  });
  if (taskOf(file) === 'single-label')
    return { task: 'single-label', ...common(answer(logits, certainty)) };
  const thresholds = certainty.thresholds!;
  const found = answerMultiLabel(logits, { ...certainty, thresholds });
  const labels = classes.map((name, k): PredictedLabel => {
    const present = found.present.includes(k);
    const probability = found.probabilities[k]!;
    return { class: name, probability, threshold: thresholds[k]!, present };
  });
  labels.sort((a, b) => b.probability - a.probability);
  return { task: 'multi-label', ...common(found), labels };
}

/** Logits whose probabilities are the mean of those of several views; of one view they stay as they are. */
export function averaged(views: readonly Float32Array[], task: TaskName): Float32Array {
  const [first] = views;
  if (views.length === 1) return first!;
  if (task === 'multi-label') return meanOfSigmoids(views);
  const classes = first!.length;
  const total = new Float64Array(classes);
  for (const logits of views)
    for (const [k, value] of probabilities(logits, classes).entries()) total[k]! += value;
  return Float32Array.from(total, sum => Math.log(Math.max(sum / views.length, 1e-37)));
}
