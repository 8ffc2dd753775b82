import { licenseList, licenseOf, oneLine } from '../results/card-text';
import type { ExportFacts } from './facts';

/** What differs between the cards of the forms. */
interface CardUse {
  /** Name of the library that opens the export, as the Hugging Face hub spells it. */
  readonly library: string;
  /** How to use the export, in Markdown. */
  readonly use: string;
}

/** The `README.md` of an exported folder: a model card with metadata for the Hugging Face hub. The licenses are in it. */
export function exportCard(facts: ExportFacts, { library, use }: CardUse): string {
  const { title, caution, classes, task, trainedIn, licenses } = facts;
  const several = task === 'multi-label' ? ' A photo may have several of them or none.' : '';
  const computing = trainedIn
    ? `\n\nIt computes in 32 bits. The classifier was trained and tested in ${trainedIn}, so its answers differ a little from those.`
    : '';
  const warning = caution ? `> **${oneLine(caution.headline)}** ${oneLine(caution.text)}\n\n` : '';
  return `---
library_name: ${library}
pipeline_tag: image-classification
${licenseOf(licenses)}
tags: [shroom]
---

# ${oneLine(title)}

${warning}An image classifier of ${classes.length} classes: ${classes.map(oneLine).join(', ')}.${several}${computing}

## Use it

${use.trim()}

## Licenses

This classifier is derived from the weights below. Their licenses also apply to it.

${licenseList(licenses)}
`;
}
