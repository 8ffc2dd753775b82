import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { dispose, setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { model as multiOutput, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Architecture,
  type ArchitectureName,
  architectures,
  checkpointOf,
  type Dialect,
  loadWeights,
  vit,
  vitVariants,
} from '../src/index';
import { formula, formulaCheckpoint } from './formula';
import { expectClose, readReference, type Sample } from './reference';

interface Names {
  readonly tensors: number;
  readonly sha256: string;
}

const reference = readReference<{
  readonly names: Readonly<Record<string, Names>>;
  readonly tower: Readonly<Record<string, Sample>>;
  readonly towers: Readonly<Record<string, Names>>;
}>('vision-transformers.json');

beforeAll(() => setBackend('cpu'));

function namesIn(name: ArchitectureName, dialect: Dialect['name'], classes?: number): Names {
  const { build, dialects }: Architecture = architectures[name];
  // Positions have the shape that they were learned with, whatever the images are.
  const network = build({ inputSize: [null, null], ...(classes && { classes }) });
  const checkpoint = checkpointOf(network, dialects.find(each => each.name === dialect)!);
  const lines = [...checkpoint].map(([key, { shape }]) => `${key} [${shape.join(', ')}]`);
  network.dispose();
  const sorted = lines.sort((a, b) => (a < b ? -1 : 1));
  return {
    tensors: lines.length,
    sha256: createHash('sha256').update(sorted.join('\n')).digest('hex'),
  };
}

describe('names and shapes of all weights are', () => {
  test.each(Object.keys(vitVariants) as (keyof typeof vitVariants)[])('those of timm: %s', name => {
    expect(namesIn(name, 'timm', 1000)).toEqual(reference.names[name]);
  });

  test.each(Object.keys(reference.towers) as ArchitectureName[])(
    'those of the vision tower of open_clip: %s',
    name => {
      expect(namesIn(name, 'open_clip')).toEqual(reference.towers[name]);
    },
  );
});

test('a vision tower of open_clip gives the same tokens', async () => {
  const network = vit(
    {
      ...{ patch: 16, width: 48, depth: 2, heads: 3, grid: 4, positions: 'class and patches' },
      ...{ normFirst: true, epsilon: 1e-5, pool: 'cls' },
    },
    { inputSize: [64, 64] },
  );
  const { dialects }: Architecture = architectures.vit_base_patch16_clip_224;
  const dialect = dialects.find(({ name }) => name === 'open_clip')!;
  // The salt of a weight is its place among all names, with the projection, which comes first.
  const checkpoint = formulaCheckpoint(network, dialect, ['visual.proj']);
  await loadWeights(network, checkpoint, dialect);
  const outputs = Object.keys(reference.tower).map(
    stage => network.getLayer(stage === 'norm' ? stage : `${stage}.add2`).output as SymbolicTensor,
  );
  const images = tensor4d(formula(2 * 64 * 64 * 3, 1, 4), [2, 64, 64, 3]);
  const found = multiOutput({ inputs: network.inputs, outputs }).predict(images) as Tensor[];
  for (const [index, [stage, sample]] of Object.entries(reference.tower).entries())
    await expectClose(stage, found[index]!, sample, 1e-4);
  dispose([images, found]);
  network.dispose();
});
