import {
  type Assessment,
  answer,
  answerMultiLabel,
  type GalleryPicture,
  type MultiLabelAssessment,
  type SamplePrediction,
} from '@shroom/train';
import { isMultiLabel, type TestEvaluation } from '../training/test-evaluation';

/** A test photo that a report shows, and what it says of it. */
export interface Chosen {
  readonly group: 'hardest' | 'right';
  readonly sample: number;
  /** The class that is explained. */
  readonly explained: number;
  /** Below the picture in the report. */
  readonly shown: Pick<
    GalleryPicture,
    'truth' | 'predicted' | 'probability' | 'fitting' | 'explained'
  >;
  /** In the picture's own line of text. */
  readonly caption: string;
  /** Of the class of the photo that names its file. */
  readonly named: string;
  /** What it was wrongly taken for; absent where it is right. */
  readonly wrongAs?: string;
}

const rightPerClass = 2;
const hardestInAll = 12;

/** The hardest, a quarter of all at most; then of each class those whose truth was expected most. */
export function choosePhotos(
  { assessment, logits, certainty }: TestEvaluation,
  classes: readonly string[],
): Chosen[] {
  const { hardest } = assessment;
  const hard = hardest.slice(0, Math.min(hardestInAll, Math.ceil(hardest.length / 4)));
  const rowOf = (sample: number) =>
    logits.subarray(sample * classes.length, (sample + 1) * classes.length);
  const describe = isMultiLabel(assessment)
    ? (each: SamplePrediction, group: Chosen['group'], label?: number) =>
        ofSeveral(each.sample, group, label, rowOf(each.sample), assessment, classes)
    : (each: SamplePrediction, group: Chosen['group']) =>
        ofOne(each, group, answer(rowOf(each.sample), certainty.averaged).fitting, classes);
  const right = [...classes.keys()].flatMap(label =>
    hardest
      .filter(each => isRight(each, label, assessment))
      .filter(each => !hard.includes(each))
      .slice(-rightPerClass)
      .reverse()
      .map(each => ({ each, label })),
  );
  const seen = new Set<SamplePrediction>();
  return [
    ...hard.map(each => describe(each, 'hardest')),
    // A photo of several classes is shown for the first of them.
    ...right.flatMap(({ each, label }) => {
      if (seen.has(each)) return [];
      seen.add(each);
      return describe(each, 'right', label);
    }),
  ];
}

/** Whether a photo has a class and is right in all of its classes. */
function isRight(
  { sample, truth, predicted }: SamplePrediction,
  label: number,
  assessment: Assessment,
): boolean {
  if (!isMultiLabel(assessment)) return truth === label && predicted === label;
  const { truth: own, said } = assessment.answers[sample]!;
  return own.includes(label) && `${own}` === `${said}`;
}

function ofOne(
  { sample, truth, predicted, probability }: SamplePrediction,
  group: Chosen['group'],
  fitting: readonly number[],
  classes: readonly string[],
): Chosen {
  const names = { truth: classes[truth]!, predicted: classes[predicted]! };
  const right = truth === predicted;
  const said = right ? names.truth : `${names.truth}, taken for ${names.predicted}`;
  return {
    ...{ group, sample, explained: predicted, named: names.truth },
    shown: { ...names, probability, fitting: fitting.map(k => classes[k]!) },
    caption: `${said}, ${Math.round(100 * probability)} % sure`,
    ...(!right && { wrongAs: names.predicted }),
  };
}

/** @param label The class that is explained. Default: the one that the answer is most wrong about, else the most probable one. */
function ofSeveral(
  sample: number,
  group: Chosen['group'],
  label: number | undefined,
  logits: Float32Array,
  { answers, certainty }: MultiLabelAssessment,
  classes: readonly string[],
): Chosen {
  const { truth, said } = answers[sample]!;
  const { classIndex, probabilities } = answerMultiLabel(logits, certainty);
  const distance = (k: number) => (truth.includes(k) ? 1 - probabilities[k]! : probabilities[k]!);
  const wrong = [...classes.keys()].filter(k => truth.includes(k) !== said.includes(k));
  const worst = wrong.sort((a, b) => distance(b) - distance(a))[0];
  const explained = label ?? worst ?? classIndex;
  const words = (labels: readonly number[]) =>
    labels.length === 0 ? 'none' : labels.map(k => classes[k]!).join(', ');
  const names = { truth: words(truth), predicted: words(said) };
  const probability = probabilities[explained]!;
  const seen = `${classes[explained]!}, ${Math.round(100 * probability)} %`;
  const what =
    worst === undefined ? names.truth : `${names.truth}, said to have ${names.predicted}`;
  return {
    ...{ group, sample, explained, caption: `${what}; heat map for ${seen}` },
    shown: { ...names, probability, explained: classes[explained]! },
    named: classes[worst === undefined ? explained : (truth[0] ?? explained)]!,
    ...(worst !== undefined && { wrongAs: names.predicted }),
  };
}
