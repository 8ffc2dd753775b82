import { answer, type Certainty, probabilities } from '@shroom/train';

/** What a classifier says of a photo. */
export interface Prediction {
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
  /** Whether exactly one class fits, and the photo is like what was trained on. */
  readonly sure: boolean;
  /** Whether the photo is like what was trained on. If not, none of the classes means much. */
  readonly known: boolean;
  /** How unlike the photos it is that were trained on, 0 to 2; absent where the classifier does not know. */
  readonly novelty?: number;
}

/** @param logits `[K]`. */
export function predictionOf(
  photo: string,
  classes: readonly string[],
  logits: Float32Array,
  certainty: Certainty,
  novelty: { readonly score: number; readonly threshold: number } | undefined,
): Prediction {
  const found = answer(logits, certainty);
  const known = novelty === undefined || novelty.score <= novelty.threshold;
  return {
    photo,
    class: classes[found.classIndex]!,
    classIndex: found.classIndex,
    probability: found.probabilities[found.classIndex]!,
    probabilities: Object.fromEntries(classes.map((name, k) => [name, found.probabilities[k]!])),
    fits: found.fitting.map(k => classes[k]!),
    sure: found.sure && known,
    known,
    ...(novelty && { novelty: novelty.score }),
  };
}

/** Logits whose softmax is the mean of the probabilities of several views; of one view they stay as they are. */
export function averaged(views: readonly Float32Array[]): Float32Array {
  const [first] = views;
  if (views.length === 1) return first!;
  const classes = first!.length;
  const total = new Float64Array(classes);
  for (const logits of views)
    for (const [k, value] of probabilities(logits, classes).entries()) total[k]! += value;
  return Float32Array.from(total, sum => Math.log(Math.max(sum / views.length, 1e-37)));
}
