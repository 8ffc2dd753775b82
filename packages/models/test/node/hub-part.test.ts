import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from '@shroom/formats';
import { setBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  fetchFromHub,
  listWeightsCache,
  loadBackbone,
  openWeights,
  pruneWeightsCache,
  verifyWeights,
  weightsNeeds,
} from '../../src/node/index';
import { vitDialects } from '../../src/vit/checkpoint';
import { vit } from '../../src/vit/network';
import type { ViTConfig } from '../../src/vit/variants';
import { registerArchitecture } from '../../src/zoo';
import { formulaCheckpoint } from '../formula';
import { commit, LocalHub } from './hub';

/** As open_clip writes them: ordered by their names, so that the tensors of one tower follow one another. */
const tensors = {
  logit_scale: { shape: [1], values: Float32Array.of(4.6) },
  'token_embedding.weight': { shape: [900, 100], values: new Float32Array(90_000).fill(0.25) },
  'visual.class_embedding': {
    shape: [100],
    values: Float32Array.from({ length: 100 }, (_, k) => k),
  },
  'visual.conv1.weight': { shape: [100, 300], values: new Float32Array(30_000).fill(-2) },
};
const whole = Buffer.from(encodeSafetensors(new Map(Object.entries(tensors))));
const visualBytes = 4 * (100 + 30_000);
const address = 'hf:owner/clip#open_clip_model.safetensors:visual.';

let hub: LocalHub;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shroom-part-'));
  hub = new LocalHub(whole);
  await hub.start();
});
afterEach(async () => {
  hub.stop();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

const cache = () => join(root, 'own');
const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  SHROOM_CACHE: cache(),
  HF_ENDPOINT: hub.endpoint,
  HF_HUB_CACHE: join(root, 'hub'),
  HF_HOME: join(root, 'home'),
  ...more,
});
const offline = () => env({ HF_HUB_OFFLINE: '1' });
const rangeStarts = () =>
  hub.requests.flatMap(({ server, range }) =>
    server === 'storage' && range ? Number(/\d+/.exec(range)) : [],
  );
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function open(from: string, options: NonNullable<Parameters<typeof openWeights>[1]>) {
  const { checkpoint, sha256, close } = await openWeights(from, options);
  const values = new Map<string, Float32Array>();
  for (const [name, { read }] of checkpoint) values.set(name, await read());
  await close();
  return { values, sha256 };
}

const visual = new Map(
  Object.entries(tensors)
    .filter(([name]) => name.startsWith('visual.'))
    .map(([name, { values }]) => [name, values]),
);

describe('of a file of the hub, only the wanted tensors', () => {
  test('are fetched, once: the header, and one range', async () => {
    const seen: number[] = [];
    const onProgress = ({ received, total }: { received: number; total: number }) =>
      seen.push(received / total);
    const { values, sha256 } = await open(address, { env: env(), onProgress });
    expect(values).toEqual(visual);
    // The weights are known by the file that they are from, whichever way they came.
    expect(sha256).toBe(hashOf(whole));
    expect(seen.at(-1)).toBe(1);
    expect(hub.sent).toBe(65_536 + visualBytes);
    expect(hub.sent).toBeLessThan(whole.length / 2);
    const gets = hub.count('GET');
    expect((await open(address, { env: env() })).values).toEqual(visual);
    expect(hub.count('GET')).toBe(gets);
    const asked = hub.requests.length;
    expect((await open(address, { env: offline() })).values).toEqual(visual);
    expect(hub.requests.length).toBe(asked);
    expect(existsSync(join(root, 'hub'))).toBe(false);
  });

  test('are resumed where the connection broke', async () => {
    hub.behavior = 'cut';
    expect((await open(address, { env: env(), wait: 1 })).values).toEqual(visual);
    const starts = rangeStarts();
    expect(starts.at(-1)! - starts.at(-2)!).toBe(100_000);
  });

  test('are resumed by the next attempt after an abort', async () => {
    const stop = new AbortController();
    const onProgress = ({ received }: { received: number }) => {
      if (received > 10_000) stop.abort(new Error('no longer wanted'));
    };
    const options = { env: env(), signal: stop.signal, onProgress };
    await expect(open(address, options)).rejects.toThrow('no longer wanted');
    const [entry] = await listWeightsCache({ cache: cache() });
    expect(entry).toMatchObject({ source: 'hf:owner/clip', unfinished: true });
    expect((await open(address, { env: env() })).values).toEqual(visual);
    const starts = rangeStarts();
    expect(starts.at(-1)).toBeGreaterThan(starts[1]!);
  });

  test('are not to be had of a server that sends no ranges: the whole file is, and it is said', async () => {
    hub.behavior = 'ignore ranges';
    const notes = new Set<string | undefined>();
    const onProgress = ({ note }: { note?: string }) => notes.add(note);
    const { values, sha256 } = await open(address, { env: env(), onProgress });
    expect([...values.keys()]).toEqual(Object.keys(tensors));
    expect(sha256).toBe(hashOf(whole));
    expect([...notes]).toEqual(['the whole file, because its server sends no parts']);
    expect(existsSync(join(cache(), 'parts'))).toBe(false);
  });

  test('are not taken from other places than were asked for', async () => {
    hub.behavior = 'wrong part';
    const { values } = await open(address, { env: env() });
    expect(values.get('visual.class_embedding')).toEqual(visual.get('visual.class_embedding'));
    expect(existsSync(join(cache(), 'parts'))).toBe(false);
  });

  test('are read from the whole file where that is in the cache', async () => {
    const { tensors: _, ...file } = {
      model: 'owner/clip',
      file: 'open_clip_model.safetensors',
      tensors,
    };
    await fetchFromHub(file, { env: env() });
    const { sent } = hub;
    expect((await open(address, { env: env() })).values.size).toBe(4);
    expect((await open(address, { env: offline() })).values.size).toBe(4);
    expect(hub.sent).toBe(sent);
    expect(await weightsNeeds(address, { env: offline() })).toMatchObject({ here: true });
  });

  test('are fetched again where the file has changed, and the older part is removed', async () => {
    await open(address, { env: env() });
    hub.stop();
    const changed = new Map(Object.entries(tensors)).set('visual.class_embedding', {
      shape: [100],
      values: new Float32Array(100).fill(7),
    });
    hub = new LocalHub(Buffer.from(encodeSafetensors(changed)));
    await hub.start();
    const { values, sha256 } = await open(address, { env: env() });
    expect(values.get('visual.class_embedding')![0]).toBe(7);
    expect(sha256).toBe(hashOf(hub.content));
    const [folder] = await readdir(join(cache(), 'parts'));
    expect((await readdir(join(cache(), 'parts', folder!))).sort()).toEqual(
      [`${sha256}.part`, 'part.json'].sort(),
    );
  });

  test('are the whole file if all are wanted, or none has such a name', async () => {
    for (const [beginning, count] of [
      ['visual.', 2],
      ['text.', 4],
    ] as const) {
      const { values } = await open(`hf:owner/clip#a.safetensors:${beginning}`, { env: env() });
      expect(values.size).toBe(count);
    }
  });

  test.each(['#a.safetensors:', '#a.safetensors:../x', '#a.bin:visual.'])(
    'have names: not %s',
    async end => {
      const opened = openWeights(`hf:owner/clip${end}`, { env: env() });
      await expect(opened).rejects.toMatchObject({ fault: 'name' });
    },
  );
});

test('a part is listed with its size, and damage is found by its own hash', async () => {
  expect(await weightsNeeds(address, { env: offline() })).toMatchObject({
    here: false,
    download: undefined,
  });
  const { download } = await weightsNeeds(address, { env: env() });
  await open(address, { env: env() });
  const [entry] = await listWeightsCache({ cache: cache() });
  expect(entry).toMatchObject({ kind: 'hub', source: address, unfinished: false, bytes: download });
  const bytes = await readFile(entry!.path);
  expect(bytes.length - visualBytes).toBeLessThan(1000);
  const intact = await verifyWeights(address, { env: env() });
  expect(intact).toMatchObject({ sha256: hashOf(bytes), expected: hashOf(bytes) });
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(entry!.path, bytes);
  const found = await verifyWeights(address, { env: env() });
  expect(found!.sha256).not.toBe(found!.expected);
  // A part of another length is not used.
  await writeFile(entry!.path, bytes.subarray(0, 1000));
  expect((await open(address, { env: env() })).values).toEqual(visual);
  const long = new Date(Date.now() - 3600e3);
  await utimes(entry!.path, long, long);
  const { removed } = await pruneWeightsCache({ cache: cache(), mostBytes: 0 });
  expect(removed.map(({ source }) => source)).toEqual([address]);
  expect(await readdir(join(cache(), 'parts'))).toEqual([]);
});

test('a network takes the tower for images of the file of open_clip', async () => {
  await setBackend('cpu');
  const config: ViTConfig = {
    ...{ patch: 16, width: 24, depth: 1, heads: 3, grid: 4, positions: 'class and patches' },
    ...{ normFirst: true, epsilon: 1e-5, pool: 'cls' },
  };
  registerArchitecture('small_tower', {
    build: options => vit(config, options),
    taps: [{ stage: 'norm', layer: 'norm', stride: 16, channels: 24 }],
    classifier: [],
    dialects: [vitDialects.timm, vitDialects.openClip],
    minimumSize: 16,
    tokens: { prefix: 1 },
  });
  const network = vit(config, { inputSize: [64, 64] });
  const file = new Map(Object.entries(tensors).slice(0, 2)) as Map<
    string,
    (typeof tensors)['logit_scale']
  >;
  for (const [name, { shape, read }] of formulaCheckpoint(network, vitDialects.openClip))
    file.set(name, { shape: [...shape], values: (await read()) as Float32Array<ArrayBuffer> });
  network.dispose();
  hub.stop();
  hub = new LocalHub(Buffer.from(encodeSafetensors(file)));
  await hub.start();
  const source = `hf:owner/tower@${commit}#open_clip_model.safetensors`;
  const backbone = await loadBackbone('small_tower', source, { env: env() });
  expect(backbone.weights).toMatchObject({ source, sha256: hashOf(hub.content) });
  backbone.dispose();
  expect(hub.sent).toBeLessThan(hub.content.length);
  const asked = hub.requests.length;
  (await loadBackbone('small_tower', source, { env: env() })).dispose();
  expect(hub.requests.length).toBe(asked);
});
