import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { classifierHead } from '@shroom/head';
import { createOptimizer, type OptimizerOptions, TrainingStep } from '@shroom/train';
import { setBackend, type Tensor2D, tensor, tensor2d, type Variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { formula } from '../../packages/train/test/formula';

interface Run {
  readonly name: string;
  readonly optimizer: OptimizerOptions;
  readonly classWeights: number[] | null;
  readonly labelSmoothing: number;
  readonly focus: number;
  readonly soft: boolean;
  readonly clipNorm: number | null;
  readonly losses: number[];
  readonly learningRates: number[];
  readonly logits: number[];
}

const file = new URL('../../packages/train/test/reference/training.json', import.meta.url);
const { runs } = JSON.parse(readFileSync(file, 'utf8')) as { runs: Run[] };
const [channels, classes, count, batch] = [16, 3, 24, 8] as const;
const features = Float32Array.from(formula(count * channels, 1, 4));
const labels = Int32Array.from(
  { length: count },
  (_, index) => (5 * index + Math.floor(index / 4)) % classes,
);

/** A head with the initial weights of the PyTorch run. */
function startingHead() {
  const head = classifierHead(channels, classes, { dropout: [0, 0] });
  ['head/linear1', 'head/linear2', 'head/logits'].forEach((name, salt) => {
    const layer = head.getLayer(name);
    const start = layer.getWeights().map((weight, index) => {
      const values = formula(weight.size, (index === 0 ? 10 : 20) + salt);
      return tensor(Float32Array.from(values), weight.shape);
    });
    layer.setWeights(start);
  });
  return head;
}

/** Blends each sample with the previous one. */
function blended(rows: Float32Array, truth: Int32Array, share = 0.7) {
  const hot = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row++) hot[row * classes + truth[row]!] = 1;
  const blend = (values: Float32Array) =>
    values.map((value, index) => {
      const row = values.length / batch;
      return share * value + (1 - share) * values[(index - row + values.length) % values.length]!;
    });
  return { rows: blend(rows), targets: blend(hot) };
}

describe.each([
  ['cpu', 1e-5],
  ['ort', 1e-4],
] as const)(
  'on %s the head and its training, against PyTorch from the same weights and batches',
  (engine, within) => {
    beforeAll(async () => {
      await setBackend(engine);
    });

    test.each(runs)('$name', async run => {
      const head = startingHead();
      const optimizer = createOptimizer(run.optimizer);
      const last = head
        .getLayer('head/logits')
        .trainableWeights.map(weight => (weight.read() as Variable).name);
      const step = new TrainingStep(head, optimizer, {
        classWeights: run.classWeights ? Float32Array.from(run.classWeights) : undefined,
        labelSmoothing: run.labelSmoothing,
        focus: run.focus,
        clipNorm: run.clipNorm ?? undefined,
        groupOf: name =>
          run.name.includes('groups') && !last.includes(name)
            ? { learningRateFactor: 0.1, weightDecay: 0 }
            : {},
      });
      for (const [index, expected] of run.losses.entries()) {
        const start = (index * batch) % count;
        const rows = features.slice(start * channels, (start + batch) * channels);
        const truth = labels.slice(start, start + batch);
        const mixture = run.soft ? blended(rows, truth) : { rows };
        const loss = await step.run(
          { shape: [channels], labels: truth, ...mixture },
          run.learningRates[index]!,
          index,
        );
        expect(Math.abs(loss / expected - 1)).toBeLessThan(within);
      }
      step.dispose();
      optimizer.dispose();
      // The gradient of a bias before a batch norm is only rounding error. Adam scales it up to a full step where no weight
      // decay outweighs it. So the bias drifts without effect on training, except that the running averages lag behind.
      if (run.optimizer.name === 'adamw') return;
      const logits = await (
        head.predict(tensor2d(features.slice(0, 4 * channels), [4, channels])) as Tensor2D
      ).data();
      run.logits.forEach((expected, index) => {
        expect(logits[index]).toBeCloseTo(expected, engine === 'cpu' ? 4 : 3);
      });
      step.dispose();
      optimizer.dispose();
    });
  },
);
