import { readFileSync } from 'node:fs';
import { type Architecture, architectures, loadWeights } from '@shroom/models';
import { dispose, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { model as multiOutput, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';
import { relativeError, type Sample } from '../../packages/models/test/sample';
import type { ListedNetwork } from './networks';

interface Run {
  readonly network: string;
  /** Library that computed the figures. Absent for torchvision, where a file has figures of one library. */
  readonly library?: string;
  readonly size: number;
  readonly activations: Readonly<Record<string, Sample>>;
}

/** Names of the pooling layer. */
const pooling = ['avgpool', 'head.global_pool', 'global_pool', 'pool'];

/**
 * How far a network is from its committed figures on the engine in use: the largest difference at any stage, in the pooled features or in the
 * logits, as a share of the largest magnitude there. Weights and images come from the formula that the reference programs use.
 */
export async function parityOf({ network: name, reference }: ListedNetwork): Promise<number> {
  const { file, library, size } = reference;
  const { runs, whole: others = [] } = readFigures(file);
  const run = [...runs, ...others].find(
    each =>
      each.network === name && each.size === size && (each.library ?? 'torchvision') === library,
  );
  if (!run) throw new Error(`${file} has no figures of ${name} at ${size} pixels.`);
  const { activations } = run;
  const { build, taps, dialects }: Architecture = architectures[name as 'resnet18'];
  const network = build({ inputSize: [size, size], classes: 1000 });
  const dialect = dialects.find(each => each.name === library)!;
  await loadWeights(network, formulaCheckpoint(network, dialect), dialect);
  const pooled = network.layers.find(layer => pooling.includes(layer.name))!;
  const stages = taps.map(({ layer }) => network.getLayer(layer));
  const outputs = [...stages, pooled].map(({ output }) => output as SymbolicTensor);
  const whole = multiOutput({
    inputs: network.inputs,
    outputs: [...outputs, network.outputs[0]!],
  });
  const images = tensor4d(formula(2 * size * size * 3, 1, 4), [2, size, size, 3]);
  const found = whole.predict(images) as Tensor[];
  let furthest = 0;
  for (const [index, [stage, sample]] of Object.entries(activations).entries()) {
    const { shape } = found[index]!;
    if (String(shape) !== String(sample.shape))
      throw new Error(`${name} ${stage}: the shape is ${shape}, not ${sample.shape}.`);
    const values = (await found[index]!.data()) as Float32Array;
    furthest = Math.max(furthest, relativeError(values, sample));
  }
  dispose([images, found]);
  network.dispose();
  return furthest;
}

function readFigures(file: string): {
  readonly runs: readonly Run[];
  readonly whole?: readonly Run[];
} {
  const path = new URL(`../../packages/models/test/reference/${file}`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8'));
}
