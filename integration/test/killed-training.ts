// A training that its test kills: `killed-training.ts <engine> <head | stages> <folder>`. Started again, it continues.
import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-cpu';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { classifierHead, headOn } from '@shroom/head';
import { cutAt, resNet, resNetTaps } from '@shroom/models';
import type { FeatureSource, Phase } from '@shroom/train';
import { resume, startRun, type Training } from '@shroom/train/node';
import { setBackend, tensor, tidy } from '@tensorflow/tfjs-core';

const [engine, kind, folder] = process.argv.slice(2) as [string, 'head' | 'stages', string];
await setBackend(engine);

interface Configuration {
  readonly kind: 'head' | 'stages';
  readonly first: Phase;
  readonly second: Phase;
}

/** Features that are a different wave for each class, plus pseudo-random noise. */
function features(count: number, views: number, shape: readonly number[]): FeatureSource {
  const labels = Int32Array.from({ length: count }, (_, index) => index % 3);
  const size = shape.reduce((product, side) => product * side, 1);
  return {
    labels,
    views,
    shape,
    read: (photos, chosen) =>
      Float32Array.from({ length: photos.length * size }, (_, place) => {
        const [row, at] = [Math.floor(place / size), place % size];
        const photo = photos[row]!;
        const noise = Math.sin(12.9898 * (photo + 1) * (at + 1) + 78.233 * chosen[row]!);
        return Math.max(0, Math.sin(at * (1 + labels[photo]!)) + noise);
      }),
  };
}

/** The last stage of a small ResNet with a head. Its batch norms stay frozen. */
function stages() {
  const torch = { strideOn: '3x3', convolutionBias: false, epsilon: 1e-5 } as const;
  const config = { ...torch, block: 'basic', depths: [1, 1, 1, 1] } as const;
  const model = resNet(config, { inputSize: [32, 32] });
  model.weights.forEach((weight, salt) => {
    if (!weight.originalName.endsWith('kernel')) return;
    const inputs = weight.shape.slice(0, -1).reduce<number>((product, side) => product * side!, 1);
    const size = inputs * weight.shape.at(-1)!;
    const values = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.7 + salt));
    const scaled = values.map(value => value / Math.sqrt(inputs));
    tidy(() => {
      weight.write(tensor(scaled, weight.shape as number[]));
    });
  });
  return cutAt({ model, taps: resNetTaps(config) }, 'layer3');
}

function build({ kind, first, second }: Configuration): Training {
  const cut = kind === 'stages' ? stages() : undefined;
  const shape = cut ? (cut.shape as number[]) : [32];
  const head = classifierHead(cut ? 512 : 32, 3, { seed: 1 });
  return {
    classifier: cut ? headOn(cut.trained, head) : head,
    data: { train: features(40, 3, shape), validation: features(9, 1, shape), classes: 3 },
    options: {
      ...first,
      followedBy: [second],
      seed: 5,
      saveEvery: cut ? 5 : 2,
      ...(cut && { depthOf: cut.depthOf }),
      onStep: ({ done }) => process.stdout.write(`step ${done}\n`),
    },
  };
}

const configuration: Configuration = {
  kind,
  first: {
    epochs: 3,
    batchSize: 8,
    accumulation: 2,
    optimizer: { name: 'adamw', weightDecay: 0.01 },
    schedule: { name: 'oneCycle', learningRate: 3e-3 },
    mixing: { kind: 'mixup', alpha: 0.4 },
    stageDecay: 0.3,
    clipNorm: 1,
    average: 0.9,
  },
  second: { epochs: 2, batchSize: 10, sampling: 'balanced', labelSmoothing: 0.1, patience: 9 },
};
const reports = existsSync(join(folder, 'run.json'))
  ? resume(folder, build)
  : startRun(folder, { configuration, versions: { node: process.versions.node } }, build);
for await (const { epoch } of reports) process.stdout.write(`epoch ${epoch}\n`);
process.exit(0);
