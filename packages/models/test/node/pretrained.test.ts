import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bareNameOf,
  findArchitecture,
  findPretrained,
  hasPretrained,
  listPretrained,
} from '../../src/index';
import { weightsNeeds } from '../../src/node/index';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'shroom-pretrained-'));
});
afterAll(() => rm(cache, { recursive: true }));

test('every id occurs once', () => {
  const ids = listPretrained().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  'resnet50',
  'convnext_tiny',
  'convnext_small',
  'convnext_base',
  'efficientnet_lite0',
  'efficientnet_lite1',
  'efficientnet_lite2',
  'mobilenet_v2',
])(
  'a download of %s has about the size that the table says: its parameters, four bytes each',
  async architecture => {
    await setBackend('cpu');
    const network = findArchitecture(architecture).build({ classes: 1000 });
    const counts = network.trainableWeights.map(({ shape }) =>
      shape.reduce((product: number, side) => product * side!, 1),
    );
    network.dispose();
    const whole = counts.reduce((sum, count) => sum + count, 0);
    const classifier = counts.at(-2)! + counts.at(-1)!;
    const own = listPretrained().filter(
      each => each.architecture === architecture && each.source.startsWith('hf:'),
    );
    expect(own.length).toBeGreaterThan(0);
    for (const { id, parameters, bytes } of own) {
      const expected = id.includes('dinov3') ? whole - classifier : whole;
      expect(parameters! / expected).toBeCloseTo(1, 3);
      expect(bytes! / (4 * expected)).toBeCloseTo(1, 3);
    }
  },
);

test('the README says which weights each bare name means', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const rows = [
    ...readme.matchAll(/^\| `([\w.]+)`(?: \(V\d\))? \| (?:`(\w+)`)? ?\| [\w.-]+ \| \d+,/gm),
  ];
  expect(rows.map(([, id]) => id)).toEqual(listPretrained().map(({ id }) => id));
  const bare = rows.flatMap(([, id, name]) => (name ? [[name, id]] : []));
  expect(bare.map(([name]) => [name, findPretrained(name!).id])).toEqual(bare);
  const named = listPretrained().map(({ architecture }) => architecture.replace('_keras', ''));
  expect(new Set(bare.map(([name]) => name))).toEqual(new Set(named));
});

test('short names mean weights, and weights have their shortest name', () => {
  expect(findPretrained('bioclip2').id).toBe('vit_large_patch14_clip_224.bioclip2');
  expect(bareNameOf(findPretrained('bioclip'))).toBe('bioclip');
  expect(findPretrained('bioclip2.5').id).toBe('vit_huge_patch14_clip_224.bioclip2.5');
  expect(bareNameOf(findPretrained('bioclip2.5'))).toBe('bioclip2.5');
  expect(bareNameOf(findPretrained('resnet50'))).toBe('resnet50');
  expect(bareNameOf(findPretrained('resnet50.a1_in1k'))).toBe('resnet50.a1_in1k');
  for (const each of listPretrained()) expect(findPretrained(bareNameOf(each))).toBe(each);
  expect([hasPretrained('bioclip'), hasPretrained('bioclip3')]).toEqual([true, false]);
});

describe.each(listPretrained().map(weights => [weights.id, weights] as const))(
  '%s',
  (id, weights) => {
    const { architecture, license, preprocessing, top1 } = weights;

    test('belongs to an existing network, with a size that the network allows', () => {
      expect(findPretrained(id)).toBe(weights);
      const { minimumSize } = findArchitecture(architecture);
      const { size, mean, std, cropFraction = 1 } = preprocessing;
      expect(Math.min(...size)).toBeGreaterThanOrEqual(minimumSize);
      expect([mean.length, std.length]).toEqual([3, 3]);
      expect(cropFraction).toBeGreaterThan(0.5);
      expect(cropFraction).toBeLessThanOrEqual(1);
      expect(license).toMatch(/^[A-Za-z0-9.-]+$/);
      // On ImageNet, in percent.
      expect(top1 ?? 70).toBeGreaterThan(50);
      expect(top1 ?? 70).toBeLessThan(100);
    });

    test('is at an address that a source understands', async () => {
      const env = { HF_HUB_OFFLINE: '1', HF_HUB_CACHE: cache, HF_HOME: cache, SHROOM_CACHE: cache };
      expect(await weightsNeeds(id, { env })).toMatchObject({ source: id, here: false });
    });
  },
);
