import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  type Architecture,
  type ArchitectureName,
  architectures,
  createBackbone,
  imagenetPreprocessing,
  loadWeights,
} from '../src/index';
import { formulaCheckpoint } from './formula';
import { useWasm } from './wasm';
import { behaves, networksOf } from './zoo-values';

const names = Object.keys(architectures) as ArchitectureName[];
const preprocessing = imagenetPreprocessing([75, 75]);
const origin = { source: 'formula', license: 'none', sha256: '' };

describe.each(names)('%s', name => {
  const { build, taps, tokens, minimumSize, dialects, classifier }: Architecture =
    architectures[name];

  test('has the taps that it declares, and ends in logits if classes are given', async () => {
    await setBackend('cpu');
    const before = memory().numTensors;
    const network = build({ inputSize: [224, 224], classes: 7 });
    for (const { layer, stride, channels } of taps) {
      if (tokens) {
        const patches = Math.floor(224 / stride) ** 2;
        const { shape } = network.getLayer(layer).output as SymbolicTensor;
        expect([layer, ...shape]).toEqual([layer, null, tokens.prefix + patches, channels]);
        continue;
      }
      const [count, height, width, depth] = (network.getLayer(layer).output as SymbolicTensor)
        .shape;
      expect([layer, count, depth]).toEqual([layer, null, channels]);
      expect(height).toBe(width);
      // Without padding a network loses up to two strides at the edges.
      expect(Math.abs(height! - 224 / stride)).toBeLessThanOrEqual(3);
    }
    expect(network.outputs[0]!.shape).toEqual([null, 7]);
    const weights = network.weights.map(({ originalName }) => originalName);
    expect(new Set(weights).size).toBe(weights.length);
    expect(weights).toEqual(expect.arrayContaining([...classifier]));
    for (const dialect of dialects) {
      const theirs = new Set(weights.map(weight => dialect.nameOf(weight)));
      expect([dialect.name, theirs.size]).toEqual([dialect.name, weights.length]);
    }
    network.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('accepts any size from its smallest on', async () => {
    await setBackend('cpu');
    const network = build({ inputSize: [null, null] });
    const open = tokens ? [null, null] : [null, null, null];
    expect(network.outputs[0]!.shape).toEqual([...open, taps.at(-1)!.channels]);
    network.dispose();
    expect(() => build({ inputSize: [minimumSize - 1, 224] })).toThrow(/pixels a side or more/);
    const least = build({ inputSize: [minimumSize, minimumSize] });
    expect(least.outputs[0]!.shape![1]).toBeGreaterThanOrEqual(1 + (tokens?.prefix ?? 0));
    least.dispose();
  });
});

await setBackend('cpu');
// The large ones are tried in integration/test/zoo.test.ts.
describe.each(networksOf('small'))('%s with weights', name => {
  test('gives the same for a batch as for single images, saves and loads, and frees everything', async () => {
    await useWasm();
    await behaves(name);
  });
});

test('a backbone takes its size from the weights, and leaves their classifier aside', async () => {
  await setBackend('cpu');
  const { build, dialects } = architectures.resnet18;
  const network = build({ classes: 5 });
  const checkpoint = formulaCheckpoint(network, dialects[0]!);
  network.dispose();
  const weights = { checkpoint, origin, preprocessing };
  const backbone = await createBackbone('resnet18', weights);
  expect(backbone.model.inputs[0]!.shape).toEqual([null, 75, 75, 3]);
  expect(backbone.model.trainableWeights).toEqual([]);
  const options = { includeTop: true, classes: 5, size: [null, null] as const };
  const classifier = await createBackbone('resnet18', weights, options);
  expect(classifier.model.outputs[0]!.shape).toEqual([null, 5]);
  expect(classifier.preprocessing.size).toEqual([75, 75]);
  await expect(createBackbone('convnext_tiny', weights)).rejects.toThrow(
    /should have 'stem.0.weight' \(timm\), .* Is it of another architecture\?/,
  );
  const headless = new Map([...checkpoint].filter(([weight]) => !weight.startsWith('fc.')));
  await expect(loadWeights(classifier.model, headless, dialects[0])).rejects.toThrow(
    /missing: .fc.bias. for fc\/bias \[5\]/,
  );
  backbone.dispose();
  classifier.dispose();
});
