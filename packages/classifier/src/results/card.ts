import type { Assessment, MultiLabelAssessment } from '@shroom/train';
import { publishedLicenses } from '../exports/published-source';
import type { ClassifierFile } from '../file/schema';
import { computesInt8 } from '../network/precision';
import { isMultiLabel } from '../training/test-evaluation';
import { licenseList, licenseOf, oneLine } from './card-text';

/** The `README.md` of a run: a model card with metadata for the Hugging Face hub. */
export function modelCard(file: ClassifierFile, assessment: Assessment): string {
  const { title, classes, extractors, trainedOn, licenses, caution, novelty } = file;
  const several = isMultiLabel(assessment);
  const names = extractors.map(({ architecture }) => architecture).join(', ');
  return `---
library_name: shroom
pipeline_tag: image-classification
${licenseOf(licenses)}
tags: [${several ? 'multi-label-image-classification' : 'image-classification'}, tensorflow.js]
---

# ${oneLine(title)}

${caution ? `> **${oneLine(caution.headline)}** ${oneLine(caution.text)}\n\n` : ''}An image classifier of ${classes.length} classes: ${classes.map(oneLine).join(', ')}.${several ? ' A photo may have several of them or none.' : ''}

## How good it is

${several ? severalInWords(file, assessment) : oneInWords(assessment)}

## What it was trained on

${trainedOn.photos} ${oneLine(trainedOn.kind)} (${oneLine(trainedOn.name)}): ${classes.map((name, k) => `${oneLine(name)} ${trainedOn.perClass[k]}`).join(', ')}.
${
  novelty
    ? `Photos that are like none of these are answered with \`known: false\`; so are ${share(novelty.falseAlarms)} of photos of these classes, by mistake. A class that it was not trained on may still be taken for one of these.`
    : ''
}${novelty?.leftOut ? leftOutTable(classes, novelty.leftOut) : ''}

## Use it

\`\`\`ts
import { openClassifier } from '@shroom/classifier';

const classifier = await openClassifier('.');
const [answer] = await classifier.predict(['photo.jpg']);${several ? labelsOfAnswer : ''}
\`\`\`

## Licenses

Backbone: ${names}.${computesInt8(file) ? ' Its features are computed in int8, with integers of 8 bits, by the engine `ort`.' : ''}

${licenseList(publishedLicenses(licenses))}
`;
}

/** How many photos of each class would be recognized as unknown if the class had not been trained on. */
function leftOutTable(classes: readonly string[], leftOut: readonly number[]): string {
  const rows = classes.map(
    (name, k) => `| ${oneLine(name)} | ${(100 * leftOut[k]!).toFixed(0)} % |`,
  );
  return `

If a class had been left out of the training, so many of its photos would be recognized as unknown; the others would be taken for another
class:

| class left out | recognized as unknown |
|---|---|
${rows.join('\n')}`;
}

const labelsOfAnswer = `
if (answer?.task === 'multi-label')
  console.log(answer.labels.filter(({ present }) => present).map(label => label.class));`;

const share = (value: number) => `${(100 * value).toFixed(1)} %`;

function oneInWords({ figures: { accuracy, macroF1 }, sets }: Assessment): string {
  const right =
    sets.sure > 0 ? `, and ${share(sets.accuracyWhereSure)} of those answers are right` : '';
  return `Accuracy on test photos that nothing was trained on or chosen by: **${share(accuracy.value)}** (${share(accuracy.low)} to ${share(accuracy.high)});
macro-F1 ${share(macroF1.value)}. It says that it is sure of ${share(sets.sure)} of them${right}.`;
}

function severalInWords({ classes }: ClassifierFile, assessment: MultiLabelAssessment): string {
  const { figures, evaluation, certainty, sure, accuracyWhereSure } = assessment;
  const { averagePrecision, macroF1, microF1, accuracy } = figures;
  const rows = classes.map((name, k) => {
    const { averagePrecision, f1, support } = evaluation.perClass[k]!;
    return `| ${oneLine(name)} | ${known(averagePrecision)} | ${share(f1)} | ${share(certainty.thresholds[k]!)} | ${support} |`;
  });
  const right =
    sure > 0 ? `, and ${share(accuracyWhereSure)} of those answers have all classes right` : '';
  return `Mean average precision on test photos that nothing was trained on or chosen by: **${share(averagePrecision.value)}** (${share(averagePrecision.low)} to ${share(averagePrecision.high)});
macro-F1 ${share(macroF1.value)}, micro-F1 ${share(microF1.value)}. Of ${share(accuracy.value)} of the photos all classes are right. It says that it is sure of ${share(sure)} of them${right}.

| class | average precision | F1 | threshold | test photos |
|---|---|---|---|---|
${rows.join('\n')}`;
}

/** A share in percent, or 'unknown' for NaN: a class without test photos has no average precision. */
const known = (value: number) => (Number.isNaN(value) ? 'unknown' : share(value));
