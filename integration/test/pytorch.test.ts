import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { classifierHead } from '@shroom/head';
import { Adam, cosineAnnealing, crossEntropy } from '@shroom/train';
import {
  type Tensor2D,
  tensor,
  tensor1d,
  tensor2d,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { formula } from '../../packages/train/test/formula';

interface Run {
  readonly name: string;
  readonly classWeights: number[] | null;
  readonly labelSmoothing: number;
  readonly weightDecay: number;
  readonly losses: number[];
  readonly learningRates: number[];
  readonly logits: number[];
}

const file = new URL('../../packages/train/test/reference/training.json', import.meta.url);
const { runs } = JSON.parse(readFileSync(file, 'utf8')) as { runs: Run[] };
const [channels, classes, count, batch] = [16, 3, 24, 8] as const;
const features = Float32Array.from(formula(count * channels, 1, 4));
const labels = Array.from(
  { length: count },
  (_, index) => (5 * index + Math.floor(index / 4)) % classes,
);

describe('the head and its training, against PyTorch from the same weights and batches', () => {
  test.each(runs)('$name', async run => {
    const head = classifierHead(channels, classes, { dropout: [0, 0] });
    ['linear1', 'linear2', 'logits'].forEach((name, salt) => {
      const [kernel, bias] = head.getLayer(name).getWeights();
      head
        .getLayer(name)
        .setWeights([
          tensor(Float32Array.from(formula(kernel!.size, 10 + salt)), kernel!.shape),
          tensor(Float32Array.from(formula(bias!.size, 20 + salt)), bias!.shape),
        ]);
    });
    const schedule = cosineAnnealing(1e-3, 10);
    const optimiser = new Adam({ weightDecay: run.weightDecay });
    const classWeights = run.classWeights ? tensor1d(run.classWeights) : undefined;
    const variables = head.trainableWeights.map(weight => weight.read() as Variable);

    for (const [step, expected] of run.losses.entries()) {
      expect(Math.abs(schedule(step) - run.learningRates[step]!)).toBeLessThan(1e-12);
      const start = (step * batch) % count;
      const rows = tensor2d(features.slice(start * channels, (start + batch) * channels), [
        batch,
        channels,
      ]);
      const truth = tensor1d(labels.slice(start, start + batch), 'int32');
      const { value, grads } = variableGrads(() => {
        const logits = head.apply(rows, { training: true }) as Tensor2D;
        return crossEntropy(truth, logits, { classWeights, labelSmoothing: run.labelSmoothing });
      }, variables);
      optimiser.apply(variables, grads, schedule(step));
      expect(Math.abs((await value.data())[0]! / expected - 1)).toBeLessThan(1e-5);
    }

    const logits = await (
      head.predict(tensor2d(features.slice(0, 4 * channels), [4, channels])) as Tensor2D
    ).data();
    run.logits.forEach((expected, index) => {
      expect(logits[index]).toBeCloseTo(expected, 4);
    });
  });
});
