import { mkdirSync, writeFileSync } from 'node:fs';
import { drawMushroom, type Genus } from '@shroom/drawn';
import sharp from 'sharp';

/** A photo with one mushroom beside the other. */
async function drawPair(
  genera: readonly Genus[],
  seed: number,
): Promise<void> {
  const size = 96;
  const drawn = genera.map(genus => drawMushroom(genus, { seed, size }));
  const layers = drawn.map(({ pixels, width, height }, index) => ({
    ...{ input: Buffer.from(pixels), left: index * size, top: 0 },
    raw: { width, height, channels: 3 as const },
  }));
  const [width, height] = [size * genera.length, size];
  await sharp({
    create: { width, height, channels: 3, background: '#fff' },
  })
    .composite(layers)
    .jpeg()
    .toFile(`baskets/${seed}.jpg`);
}

mkdirSync('baskets', { recursive: true });
const kinds: Genus[][] = [
  ['Amanita', 'Boletus'],
  ['Boletus'],
  ['Amanita', 'Hygrocybe'],
  ['Hygrocybe'],
];
const rows = Array.from({ length: 32 }, (_, seed) => {
  return `baskets/${seed}.jpg,${kinds[seed % 4]!.join('|')}`;
});
for (const [seed] of rows.entries()) await drawPair(kinds[seed % 4]!, seed);
writeFileSync('baskets.csv', ['file,label', ...rows].join('\n'));

// #region train
import { train } from '@shroom/classifier';

const { test } = await train('baskets.csv', {
  columns: { labelSeparator: '|' },
  size: 96, // quick, to try it; without this line photos are seen at 299 pixels
  out: 'runs/baskets',
});
if (test.task === 'multi-label') {
  const { meanAveragePrecision, macroF1, accuracy } = test;
  console.log(meanAveragePrecision, macroF1, accuracy);
}

// #endregion train
// #region labels
import { openClassifier } from '@shroom/classifier';

const classifier = await openClassifier('runs/baskets');
const [answer] = await classifier.predict(['baskets/0.jpg']);
if (answer?.task === 'multi-label')
  for (const { class: name, probability, present } of answer.labels) {
    console.log(name, probability, present ? 'is there' : 'is not there');
    const [why] = await classifier.explain(['baskets/0.jpg'], {
      class: name,
    });
    console.log(why?.explained, why?.map.height, why?.map.width);
  }
await classifier.dispose();
// #endregion labels
