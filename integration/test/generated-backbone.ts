import type { Backbone } from '@shroom/models';
import {
  checkpointOf,
  convNext,
  convNextTaps,
  imagenetPreprocessing,
  ownDialect,
  registerArchitecture,
  resNet,
  resNetTaps,
} from '@shroom/models';
import { writeSafetensors } from '@shroom/models/node';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

const inputSize = [64, 64] as const;

/** Small networks of each family for photos of 64 pixels. Their weights are sine waves, the same in every process. */
export function generatedBackbone(family: 'resnet' | 'convnext'): Backbone {
  const { model, taps } = networks[family]();
  model.weights.forEach((weight, salt) => {
    if (weight.shape.length < 2) return;
    const size = weight.shape.reduce<number>((product, side) => product * side!, 1);
    const scale = 1 / Math.sqrt(size / weight.shape.at(-1)!);
    const values = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.7 + salt) * scale);
    tidy(() => {
      weight.write(tensor(values, weight.shape as number[]));
    });
  });
  return {
    name: family,
    model,
    channels: model.outputs[0]!.shape.at(-1)!,
    preprocessing: imagenetPreprocessing(inputSize),
    taps,
    weights: { source: 'generated', license: 'none', sha256: family },
    dispose: () => model.dispose(),
  } as Backbone;
}

/** Writes the weights to a file, and registers the network. @returns The name of the architecture. */
export async function writeGenerated(family: 'resnet' | 'convnext', file: string): Promise<string> {
  const { model, taps, dispose } = generatedBackbone(family);
  await writeSafetensors(file, checkpointOf(model, ownDialect));
  dispose();
  const name = `generated_${family}`;
  registerArchitecture(name, {
    build: () => networks[family]().model,
    taps,
    classifier: [],
    dialects: [ownDialect],
    minimumSize: 32,
  });
  return name;
}

const networks = {
  resnet: () => {
    const torch = { strideOn: '3x3', convolutionBias: false, epsilon: 1e-5 } as const;
    const config = { ...torch, block: 'basic', depths: [1, 1, 1, 1] } as const;
    return { model: resNet(config, { inputSize }), taps: resNetTaps(config) };
  },
  convnext: () => {
    const config = { depths: [1, 1, 1, 1], widths: [96, 192, 384, 768] } as const;
    return { model: convNext(config, { inputSize }), taps: convNextTaps(config) };
  },
} satisfies Record<string, () => { model: LayersModel; taps: Backbone['taps'] }>;
