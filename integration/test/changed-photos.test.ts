import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Photo } from '@shroom/data';
import { openPhotos } from '@shroom/data/node';
import { genera } from '@shroom/drawn';
import { loadBackbone } from '@shroom/models/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEngine } from '../../packages/classifier/src/engine/engine';
import { disposeNetwork, type LoadedClassifier } from '../../packages/classifier/src/file/assemble';
import { loadClassifier } from '../../packages/classifier/src/file/load';
import { directionsOf } from '../../packages/classifier/src/network/directions';
import { featuresOf } from '../../packages/classifier/src/network/logits';
import { summariesOfParts } from '../../packages/classifier/src/network/summaries';
import { viewsOf } from '../../packages/classifier/src/photos/views';
import { drawnPhoto, generatedWeights, side } from './small-job';
import { untrainedRun } from './untrained';

let folder: string;
let loaded: LoadedClassifier;

beforeAll(async () => {
  await startEngine('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-changed-'));
  for (const [index, name] of ['Amanita', 'Boletus'].entries()) {
    await mkdir(join(folder, 'photos', name), { recursive: true });
    await drawnPhoto(join(folder, 'photos', name, '0.jpg'), genera[index]!, index);
  }
  const backbone = await loadBackbone('resnet18', await generatedWeights(folder, 'resnet18'), {
    size: [side, side],
    license: 'none',
  });
  loaded = await loadClassifier(
    await untrainedRun(join(folder, 'run'), ['Amanita', 'Boletus'], backbone),
  );
});
afterAll(async () => {
  disposeNetwork(loaded.network);
  await rm(folder, { recursive: true, force: true });
});

test('a photo that has changed since its set was opened or indexed is not read under its old hash', async () => {
  const set = await openPhotos(join(folder, 'photos'), { copies: 'exact', leastPerClass: 1 });
  const { extractors } = loaded.network;
  const { sha256 } = set.photos[1]!;
  const changed = { ...set.photos[0]!, sha256 };
  const [view] = viewsOf('flips', 1);
  const split = { train: [0], validation: [], test: [] };
  const reads = [
    (photo: Photo) => featuresOf([photo], extractors, view!, 0, {}),
    (photo: Photo) => summariesOfParts({ ...set, name: 'set', photos: [photo] }, split, extractors),
    (photo: Photo) => directionsOf(extractors[0]!.backbone, [photo]),
  ];
  for (const read of reads)
    await expect(read(changed)).rejects.toThrow(/^Amanita\/0\.jpg: the photo has changed since/);
  expect(await reads[0]!(set.photos[0]!)).toHaveProperty('features.length', 512);
});
