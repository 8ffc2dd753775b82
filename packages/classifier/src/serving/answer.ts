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

/** Fields of an answer that both tasks share. */
interface AnyPrediction {
  /** The photo's path, the file's name, or the position in the list that was given, from 1. */
  readonly photo: string;
  /** The most probable class. */
  readonly class: string;
  readonly classIndex: number;
  /** Calibrated probability of `class`, 0 to 1. */
  readonly probability: number;
  /** Calibrated probability of every class, by the class's name. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** All classes that are possible according to the calibration, the most probable first. Empty if no class is probable enough. */
  readonly fits: readonly string[];
  /** Whether the photo resembles the training photos. If not, the class means little. */
  readonly known: boolean;
  /** How much the photo differs from the training photos, 0 to 2. Absent if the classifier cannot measure it. */
  readonly novelty?: number;
}

/** Answer for a photo that has exactly one class. */
export interface SingleLabelPrediction extends AnyPrediction {
  readonly task: 'single-label';
  /** Whether exactly one class is possible (`fits`) and the photo resembles the training photos (`known`). */
  readonly sure: boolean;
}

/** Answer for a photo that may have several classes or none. The probabilities are independent and do not sum to 1. */
export interface MultiLabelPrediction extends AnyPrediction {
  readonly task: 'multi-label';
  /** Every class, the most probable first. */
  readonly labels: readonly PredictedLabel[];
  /** Whether the possible classes (`fits`) are exactly the present ones, and the photo resembles the training photos (`known`). */
  readonly sure: boolean;
}

/** The answer for one class of a photo that may have several. */
export interface PredictedLabel {
  readonly class: string;
  /** Calibrated probability, 0 to 1. */
  readonly probability: number;
  /** Threshold of the class, chosen on validation photos. */
  readonly threshold: number;
  /** Whether the probability is at least the threshold. */
  readonly present: boolean;
}

/** Answer for a photo. `task` tells which of the two types it is. */
export type Prediction = SingleLabelPrediction | MultiLabelPrediction;

/** Calibration of a classifier's answers for one number of views. */
export type CertaintyOfViews = ClassifierFile['certainty'][number];

/**
 * Makes the answer for a photo from its logits.
 *
 * @param logits `[K]`.
 * @param certainty The entry of `classifier.json` for the number of views that the logits come from.
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

/** Logits whose probabilities are the mean over several views. The logits of a single view are returned unchanged. */
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
