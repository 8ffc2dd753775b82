// The halves in TypeScript of integration/timm/round_trip.py, which calls it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadBackbone } from '@shroom/models/node';
import { type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { startEngine } from '../../packages/classifier/src/engine/engine';
import { exportToTimm } from '../../packages/classifier/src/exports/timm';
import { formulaClassifier } from '../../packages/classifier/test/exports/formula-network';
import type { timmCases } from '../../packages/classifier/test/exports/timm-cases';
import { formula } from '../../packages/models/test/formula';

type Name = (typeof timmCases)[number][0];

/** What timm computed after two steps: `logits` of two images from the formula. */
interface Trained {
  readonly side: number;
  readonly classes: number;
  readonly logits: readonly (readonly number[])[];
}

const [what, folder, name, side] = process.argv.slice(2) as [string, string, Name, string];
await startEngine('auto');
if (what === 'export') await exportToTimm(await formulaClassifier(name, Number(side)), folder, {});
else {
  const text = await readFile(join(folder, 'trained.json'), 'utf8');
  const { side, classes, logits } = JSON.parse(text) as Trained;
  const { model } = await loadBackbone(name, join(folder, 'model.safetensors'), {
    ...{ includeTop: true, classes, size: side },
  });
  const images = tensor4d(formula(2 * side * side * 3, 1, 4), [2, side, side, 3]);
  const found = await (model.predict(images) as Tensor).data();
  const expected = logits.flat();
  const largest = Math.max(...expected.map(Math.abs));
  const apart = Math.max(...expected.map((logit, place) => Math.abs(logit - found[place]!)));
  process.stdout.write(JSON.stringify({ largest, apart }));
}
