import '@shroom/backend-ort';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClassifier, train } from '@shroom/classifier';
import { findPretrained, registerPretrained } from '@shroom/models';
import { DownloadError, loadBackbone } from '@shroom/models/node';
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalHub } from '../../packages/models/test/node/hub';
import { drawnFolder, generatedWeights, side } from './small-job';

let folder: string;
let photos: string;
beforeAll(async () => {
  await setBackend('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-hub-backbone-'));
  process.env.SHROOM_CACHE = join(folder, 'cache');
  process.env.HF_HUB_CACHE = join(folder, 'hub');
  photos = join(folder, 'photos');
  await drawnFolder(photos, ['Amanita', 'Boletus', 'Russula'], 8);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const small = { size: side, epochs: 2, views: 1, recipe: 'fast' } as const;

test('a bare name fetches its weights from the hub once; without the hub, the message says what is at hand', async () => {
  const content = await readFile(await generatedWeights(folder, 'convnext_tiny'));
  const hub = new LocalHub(content);
  await hub.start();
  process.env.HF_ENDPOINT = hub.endpoint;
  const out = join(folder, 'run');
  try {
    await train(photos, { ...small, backbone: 'convnext_tiny', out });
    // A pinned revision is the same weights, with the same license and normalization.
    const pinned = await loadBackbone('convnext_tiny', 'hf:timm/convnext_tiny.fb_in1k@main');
    const { license, preprocessing } = findPretrained('convnext_tiny');
    expect(pinned.weights).toMatchObject({ license });
    expect(pinned.preprocessing).toEqual(preprocessing);
    pinned.dispose();
  } finally {
    hub.stop();
  }
  expect(hub.addresses).toContain('/timm/convnext_tiny.fb_in1k/resolve/main/model.safetensors');
  expect(hub.requests.filter(({ server }) => server === 'storage')).toHaveLength(1);

  // The hub is gone: the classifier opens from the cache.
  const classifier = await openClassifier(out);
  expect(classifier.file.extractors[0]!.weights).toMatchObject({
    id: 'convnext_tiny.fb_in1k',
    source: 'hf:timm/convnext_tiny.fb_in1k',
    license: 'Apache-2.0',
  });
  await classifier.dispose();

  const other = join(folder, 'other');
  const failed = train(photos, { ...small, backbone: 'convnext_base', out: other });
  await expect(failed).rejects.toThrow(DownloadError);
  await expect(failed).rejects.toThrow(/convnext_base\.fb_in1k.*convnext_tiny\.fb_in1k/s);
  expect(existsSync(join(other, 'classifier.json'))).toBe(false);
});

test('a training says that a license forbids commercial use', async () => {
  registerPretrained({
    ...findPretrained('convnext_tiny'),
    id: 'convnext_tiny.mine',
    source: await generatedWeights(folder, 'convnext_tiny'),
    license: 'CC-BY-NC-4.0',
  });
  const notices: string[] = [];
  await train(photos, {
    ...{ ...small, epochs: 1, backbone: 'convnext_tiny.mine', out: join(folder, 'noncommercial') },
    onEvent: event => {
      if (event.kind === 'notice') notices.push(event.text);
    },
  });
  expect(notices).toContainEqual(expect.stringMatching(/used commercially.*CC-BY-NC-4\.0/));
  const card = await readFile(join(folder, 'noncommercial/README.md'), 'utf8');
  expect(card).toMatch(/^license: cc-by-nc-4\.0$/m);
});
