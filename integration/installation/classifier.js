// Trains on photos, opens the trained classifier, predicts and explains. This is an ES module; `classifier.cjs` does the
// same in CommonJS.
import { openClassifier, train } from '@shroom/classifier';

const main = async () => {
  const out = process.argv[2];
  const { test } = await train('photos', { out, recipe: 'fast', size: 96, views: 1 });
  const classifier = await openClassifier(out);
  const [{ class: name, known }] = await classifier.predict(['photos/Amanita']);
  const [{ map, explained }] = await classifier.explain(['photos/Amanita'], { class: 'Boletus' });
  await classifier.dispose();
  const { accuracy } = test;
  console.log(JSON.stringify({ accuracy, name, known, explained, map: [map.height, map.width] }));
};

main();
