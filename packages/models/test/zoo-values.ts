import {
  dispose,
  io,
  memory,
  slice,
  type Tensor,
  type Tensor4D,
  tensor4d,
} from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import {
  type Architecture,
  type ArchitectureName,
  architectures,
  createBackbone,
  imagenetPreprocessing,
} from '../src/index';
import { formula, formulaCheckpoint } from './formula';

const preprocessing = imagenetPreprocessing([75, 75]);
const origin = { source: 'formula', license: 'none', sha256: '' };

const names = Object.keys(architectures) as ArchitectureName[];

/**
 * Networks without their classifier, those of up to 30 million weights or those of more: a large one does not fit twice into the
 * memory of the WebAssembly engine. The large vision transformers differ from the small ones in their numbers alone, so one is tried.
 */
export function networksOf(size: 'small' | 'large'): readonly ArchitectureName[] {
  const tried = names.filter(name => !/^vit_(base|large|huge)/.test(name));
  return [...tried, 'vit_base_patch16_clip_quickgelu_224' as const].filter(name => {
    const network = architectures[name].build();
    const isSmall = network.countParams() <= 30e6;
    network.dispose();
    return isSmall === (size === 'small');
  });
}

/** A network with weights sees a batch as it sees its images one by one, saves and loads, and frees everything. */
export async function behaves(name: ArchitectureName): Promise<void> {
  const before = memory().numTensors;
  const { build, dialects }: Architecture = architectures[name];
  const empty = build({ inputSize: [75, 75] });
  const checkpoint = formulaCheckpoint(empty, dialects[0]!);
  empty.dispose();
  const backbone = await createBackbone(name, { checkpoint, origin, preprocessing });
  const images = tensor4d(formula(2 * 75 * 75 * 3, 1, 4), [2, 75, 75, 3]);
  const both = backbone.model.predict(images) as Tensor4D;
  const second = slice(images, [1, 0, 0, 0], [1, 75, 75, 3]);
  const alone = backbone.model.predict(second) as Tensor4D;
  const values = (await both.data()) as Float32Array;
  const own = (await alone.data()) as Float32Array;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0.01);
  const furthest = own.reduce(
    (most, value, k) => Math.max(most, Math.abs(value - values[own.length + k]!)),
    0,
  );
  expect(furthest / largest).toBeLessThan(1e-5);

  let saved: io.ModelArtifacts | undefined;
  await backbone.model.save(
    io.withSaveHandler(async artifacts => {
      saved = artifacts;
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
  const again = await loadLayersModel(io.fromMemory(saved!));
  expect(again.layers.map(layer => layer.name)).toEqual(
    backbone.model.layers.map(layer => layer.name),
  );
  const repeated = again.predict(images) as Tensor;
  expect(await repeated.data()).toEqual(values);

  again.dispose();
  backbone.dispose();
  dispose([images, second, both, alone, repeated]);
  expect(memory().numTensors).toBe(before);
}
