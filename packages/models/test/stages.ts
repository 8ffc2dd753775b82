import { dispose, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { model as multiOutput, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { type Architecture, type ArchitectureName, architectures, loadWeights } from '../src/index';
import { formula, formulaCheckpoint } from './formula';
import { expectClose, readReference, type Sample } from './reference';

export interface Run {
  readonly network: ArchitectureName;
  /** Library that computed the activations, and whose names the weights have. */
  readonly library: 'timm' | 'torchvision';
  readonly size: number;
  readonly activations: Readonly<Record<string, Sample>>;
}

type Runs<Each> = { readonly runs: readonly Each[] };

export const runs: readonly Run[] = [
  ...readReference<Runs<Omit<Run, 'library'>>>('activations.json').runs.map(run => ({
    ...run,
    library: 'torchvision' as const,
  })),
  ...readReference<Runs<Run>>('inverted-residuals.json').runs,
  ...readReference<Runs<Run>>('vision-transformers.json').runs,
];

/** Names of the pooling layer. */
const pooling = ['avgpool', 'head.global_pool', 'global_pool', 'pool'];

/** Compares every stage, the pooled features and the logits of two images with torchvision or timm. */
export async function compareStages(
  { network, library, size, activations }: Run,
  tolerance: number,
): Promise<void> {
  const { build, taps, dialects }: Architecture = architectures[network];
  const classifier = build({ inputSize: [size, size], classes: 1000 });
  const dialect = dialects.find(({ name }) => name === library)!;
  await loadWeights(classifier, formulaCheckpoint(classifier, dialect), dialect);

  const pooled = classifier.layers.find(({ name }) => pooling.includes(name))!;
  const outputs = [
    ...taps.map(({ layer }) => classifier.getLayer(layer).output as SymbolicTensor),
    pooled.output as SymbolicTensor,
  ];
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
