import '@tensorflow/tfjs-backend-webgl';
import {
  type Architecture,
  type ArchitectureName,
  architectures,
  loadWeights,
} from '@shroom/models';
import { setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';

/** Values of a stage at the positions of the reference values. */
export interface StageValues {
  readonly shape: readonly number[];
  readonly largest: number;
  readonly samples: readonly number[];
}

declare global {
  interface Window {
    stagesOf(
      network: ArchitectureName,
      library: string,
      size: number,
      samples: number,
    ): Promise<StageValues[]>;
  }
}

window.stagesOf = async (network, library, size, samples) => {
  await setBackend('webgl');
  const { build, taps, dialects }: Architecture = architectures[network];
  const classifier = build({ inputSize: [size, size], classes: 1000 });
  const dialect = dialects.find(({ name }) => name === library)!;
  await loadWeights(classifier, formulaCheckpoint(classifier, dialect), dialect);
  const outputs = taps.map(({ layer }) => classifier.getLayer(layer).output as SymbolicTensor);
  const stages = model({
    inputs: classifier.inputs,
    outputs: [...outputs, classifier.outputs[0]!],
  });
  const images = tensor4d(formula(2 * size * size * 3, 1, 4), [2, size, size, 3]);
  const found = stages.predict(images) as Tensor[];
  const values: StageValues[] = [];
  for (const tensor of found) {
    const numbers = (await tensor.data()) as Float32Array;
    const at = (k: number) => numbers[(k * 104729 + 17) % numbers.length]!;
    values.push({
      shape: tensor.shape,
      largest: numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
      samples: Array.from({ length: samples }, (_, k) => at(k)),
    });
  }
  return values;
};
