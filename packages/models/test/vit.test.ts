import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import {
  dispose,
  io,
  setBackend,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor4d,
  transpose,
} from '@tensorflow/tfjs-core';
import { model as multiOutput, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Architecture,
  type ArchitectureName,
  architectures,
  checkpointOf,
  createBackbone,
  type Dialect,
  exportOnnx,
  graphModelArtifacts,
  imagenetPreprocessing,
  loadWeights,
  type ViTConfig,
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

test.each([
  ['a quick GELU and a class token', { classToken: true, pool: 'cls', quickGelu: true }],
  ['pooling by attention', { classToken: false, pool: 'attention' }],
] as const)(
  '%s is written as ONNX and as a graph, with what the classifier reads',
  async (_, own) => {
    const config: ViTConfig = {
      ...{ patch: 16, width: 24, depth: 1, heads: 3, grid: 4, epsilon: 1e-6 },
      ...{ positions: 'patches', ...own },
    };
    const network = vit(config, { inputSize: [48, 64], pooled: true });
    const { dialects }: Architecture = architectures.vit_tiny_patch16_224;
    await loadWeights(network, formulaCheckpoint(network, dialects[0]!), dialects[0]);
    const images = tensor4d(formula(2 * 48 * 64 * 3, 1, 4), [2, 48, 64, 3]);
    const features = network.predict(images) as Tensor;
    expect(features.shape).toEqual([2, 24]);
    const expected = (await features.data()) as Float32Array;
    const { weightData, ...rest } = await graphModelArtifacts(network);
    const graph = await loadGraphModel(
      io.fromMemory({ ...JSON.parse(JSON.stringify(rest)), weightData }),
    );
    const fromGraph = graph.execute(images, 'output') as Tensor;
    const session = await InferenceSession.create(await exportOnnx(network));
    const first = transpose(images, [0, 3, 1, 2]);
    const feed = new OnnxTensor('float32', (await first.data()) as Float32Array, first.shape);
    const { output } = await session.run({ images: feed });
    for (const found of [await fromGraph.data(), output!.data as Float32Array])
      for (const [k, value] of expected.entries())
        expect(Math.abs(found[k]! - value)).toBeLessThan(1e-4);
    dispose([images, features, fromGraph, first]);
    network.dispose();
  },
);

test('a backbone is pooled as its classifier reads it, and a network without tokens is not', async () => {
  const origin = { source: 'formula', license: 'none', sha256: '' };
  const preprocessing = imagenetPreprocessing([64, 64]);
  const { build, dialects }: Architecture = architectures.vit_tiny_patch16_224;
  const network = build({ inputSize: [64, 64], classes: 10 });
  const checkpoint = formulaCheckpoint(network, dialects[0]!);
  network.dispose();
  const weights = { checkpoint, origin, preprocessing };
  const whole = await createBackbone('vit_tiny_patch16_224', weights);
  const pooled = await createBackbone('vit_tiny_patch16_224', weights, { pooled: true });
  expect(whole.tokens).toEqual({ prefix: 1 });
  const images = tensor4d(formula(64 * 64 * 3, 1, 4), [1, 64, 64, 3]);
  const tokens = await (whole.model.predict(images) as Tensor3D).array();
  const [features] = await (pooled.model.predict(images) as Tensor2D).array();
  expect(features).toEqual(tokens[0]![0]);
  images.dispose();
  for (const each of [whole, pooled]) each.dispose();
  await expect(createBackbone('resnet18', weights, { pooled: true })).rejects.toThrow(RangeError);
});

test('with rotary positions, a network for images of any size takes square ones alone, whatever the number of patches', async () => {
  const config = {
    ...{ patch: 16, width: 24, depth: 1, heads: 3, grid: 4, registers: 1, epsilon: 1e-5 },
    ...{ positions: 'rotary', pool: 'mean' },
  } as const satisfies ViTConfig;
  const { dialects }: Architecture = architectures.vit_small_patch16_dinov3;
  const built = async (inputSize: readonly [number | null, number | null]) => {
    const network = vit(config, { inputSize: inputSize as never });
    await loadWeights(network, formulaCheckpoint(network, dialects[0]!), dialects[0]);
    return network;
  };
  const [open, fixed] = [await built([null, null]), await built([64, 64])];
  const of = (shape: [number, number, number, number]) =>
    tensor4d(formula(shape[1] * shape[2] * 3, 3), shape);
  const square = of([1, 64, 64, 3]);
  expect(await dataOf(open.predict(square))).toEqual(await dataOf(fixed.predict(square)));
  // 4 x 9 patches are as many as 6 x 6.
  for (const width of [96, 144])
    expect(() => open.predict(of([1, 64, width, 3]))).toThrow(/tokens: the images are not square/);
  open.dispose();
  fixed.dispose();
});

const dataOf = (value: Tensor | Tensor[]) => (value as Tensor).data();
