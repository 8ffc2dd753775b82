import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Architecture,
  architectures,
  type CheckpointTensor,
  checkpointOf,
  createBackbone,
  findPretrained,
  imagenetPreprocessing,
  registerPretrained,
  WeightsMismatchError,
} from '../../src/index';
import { loadPretrained, writeSafetensors } from '../../src/node/index';
import { formulaCheckpoint } from '../formula';

let folder: string;
beforeAll(async () => {
  await setBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'shroom-families-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const preprocessing = imagenetPreprocessing([75, 75]);
const origin = { source: 'formula', license: 'none', sha256: '' };

/** The smallest network of each family. */
describe.each([
  'resnet18',
  'convnext_tiny',
  'efficientnet_lite0',
  'mobilenet_v2',
  'vit_tiny_patch16_224',
  'inception_v3',
  'alexnet',
] as const)('%s', name => {
  const { build, dialects, classifier }: Architecture = architectures[name];
  const dialect = dialects[0]!;

  test('reads every tensor of a checkpoint once, except those of its classifier, and no others', async () => {
    const network = build({ inputSize: [75, 75], classes: 2 });
    const reads = new Map<string, number>();
    const counted = ([tensor, each]: [string, CheckpointTensor]) => {
      const read: CheckpointTensor['read'] = async () => {
        reads.set(tensor, (reads.get(tensor) ?? 0) + 1);
        return each.read();
      };
      return [tensor, { ...each, read }] as const;
    };
    const checkpoint = new Map([...formulaCheckpoint(network, dialect)].map(counted));
    network.dispose();
    const weights = { checkpoint, origin, preprocessing };
    (await createBackbone(name, weights)).dispose();
    const unread = new Set(classifier.map(weight => dialect.nameOf(weight)));
    const expected = [...checkpoint.keys()].map(tensor => [tensor, unread.has(tensor) ? 0 : 1]);
    expect([...checkpoint.keys()].map(tensor => [tensor, reads.get(tensor) ?? 0])).toEqual(
      expected,
    );

    const [first, entry] = [...checkpoint].find(([tensor]) => !unread.has(tensor))!;
    const more = new Map(checkpoint).set('another.weight', entry);
    await expect(createBackbone(name, { ...weights, checkpoint: more })).rejects.toThrow(
      /unexpected: 'another\.weight'/,
    );
    const less = new Map([...checkpoint].filter(([tensor]) => tensor !== first));
    await expect(createBackbone(name, { ...weights, checkpoint: less })).rejects.toThrow(
      WeightsMismatchError,
    );
  });

  test('is loaded by an id that a user registers', async () => {
    const network = build({ inputSize: [75, 75] });
    const source = join(folder, `${name}.safetensors`);
    await writeSafetensors(source, formulaCheckpoint(network, dialect));
    network.dispose();
    const id = `${name}.mine`;
    registerPretrained({
      ...{ id, architecture: name, source, license: 'MIT', preprocessing },
      verified: 'names',
    });
    expect(findPretrained(id).source).toBe(source);
    const mine = await loadPretrained(id);
    expect(mine).toMatchObject({ name, preprocessing, weights: { source, license: 'MIT' } });
    const [tensor, { read }] = [...checkpointOf(mine.model, dialect)][0]!;
    const written = formulaCheckpoint(mine.model, dialect).get(tensor)!;
    expect(await read()).toEqual(await written.read());
    mine.dispose();
    await rm(source);
  });
});
