import { dispose, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { model as multiOutput, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { type ArchitectureName, architectures, loadWeights } from '../src/index';
import { formula, formulaCheckpoint } from './formula';
import { expectClose, readReference, type Sample } from './reference';

export interface Run {
  readonly network: ArchitectureName;
  readonly size: number;
  readonly activations: Readonly<Record<string, Sample>>;
}

export const { runs } = readReference<{ runs: readonly Run[] }>('activations.json');

const pooling: Partial<Record<ArchitectureName, string>> = { convnext_tiny: 'head.global_pool' };

/** Compares every stage, the pooled features and the logits of two images with torchvision. */
export async function compareStages(
  { network, size, activations }: Run,
  tolerance: number,
): Promise<void> {
  const { build, taps, dialects } = architectures[network];
  const classifier = build({ inputSize: [size, size], classes: 1000 });
  const torchvision = dialects.find(({ name }) => name === 'torchvision')!;
  await loadWeights(classifier, formulaCheckpoint(classifier, torchvision), torchvision);

  const layers = taps.map(({ layer }) => layer);
  const outputs = [...layers, pooling[network] ?? 'avgpool'].map(
    name => classifier.getLayer(name).output as SymbolicTensor,
  );
  const stages = multiOutput({
    inputs: classifier.inputs,
    outputs: [...outputs, classifier.outputs[0]!],
  });
  const images = tensor4d(formula(2 * size * size * 3, 1, 4), [2, size, size, 3]);
  const results = stages.predict(images) as Tensor[];
  const names = [...taps.map(({ stage }) => stage), 'pooled', 'logits'];
  expect(names).toEqual(Object.keys(activations));
  for (const [index, name] of names.entries())
    await expectClose(`${network} ${size} ${name}`, results[index]!, activations[name]!, tolerance);
  dispose([images, results]);
  classifier.dispose();
}
