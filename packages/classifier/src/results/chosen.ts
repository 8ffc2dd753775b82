import {
  type Assessment,
  answer,
  answerMultiLabel,
  type GalleryPicture,
  type MultiLabelAssessment,
  type SamplePrediction,
} from '@shroom/train';
import { isMultiLabel, type TestEvaluation } from '../training/test-evaluation';

/** A test photo that the report shows, with its texts. */
export interface Chosen {
  readonly group: 'hardest' | 'right';
  readonly sample: number;
  /** Index of the class that the heat map explains. */
  readonly explained: number;
  /** Texts below the picture in the report. */
  readonly shown: Pick<
    GalleryPicture,
    'truth' | 'predicted' | 'probability' | 'fitting' | 'explained'
  >;
  /** The line of text inside the picture. */
  readonly caption: string;
  /** Name of the photo's class, used in the name of the picture's file. */
  readonly named: string;
  /** The wrong class that was predicted. Absent if the answer is right. */
  readonly wrongAs?: string;
}

const rightPerClass = 2;
const hardestInAll = 12;

/**
 * Chooses the hardest photos (at most a quarter of all), then for each class the right ones with the highest probability of the true
 * class.
 */
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
    // A photo with several classes is shown only once, for the first of its classes.
    ...right.flatMap(({ each, label }) => {
      if (seen.has(each)) return [];
      seen.add(each);
      return describe(each, 'right', label);
    }),
  ];
}

/** Whether a photo has the class `label` and all of its classes were predicted correctly. */
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

/** @param label Index of the explained class. Default: the most wrongly predicted class, or, if all are right, the most probable class. */
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
