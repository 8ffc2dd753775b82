// What the snippet for transformers.js finds where it runs: mushroom.jpg, and exports/genera.
import { existsSync } from 'node:fs';
import './trained';
import { openClassifier } from '@shroom/classifier';

if (!existsSync('exports/genera')) {
  const classifier = await openClassifier('runs/genera');
  await classifier.export('transformers', 'exports/genera');
  await classifier.dispose();
}
