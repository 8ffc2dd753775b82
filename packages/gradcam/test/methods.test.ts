import '@tensorflow/tfjs-backend-cpu';
import {
  memory,
  mul,
  slice,
  sum,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tensor4d,
} from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ablationCam,
  contrast,
  customMethod,
  type ExplainOptions,
  eigenCam,
  eigenGradCam,
  explain,
  finer,
  gradCam,
  gradCamPlusPlus,
  hiResCam,
  kpcaCam,
  layerCam,
  logOdds,
  prepareModel,
  probability,
  reciproCam,
  scoreCam,
  segEigenCam,
  smoothed,
} from '../src/index';
import { centerBaseline, emptyBaseline, randomBaseline, sobelBaseline } from '../src/metrics/index';
import { formula, images, network } from './formula';
import { fewPasses } from './method-table';

// `cam` and `fullGrad` look at models that these are not; they have tests of their own, and so has the second derivative of `shapleyCam`.
const { cam, fullGrad, shapleyCam, ...anywhere } = fewPasses;
const every: Record<string, ExplainOptions['method'] & object> = {
  ...anywhere,
  'gradCamPlusPlus of pytorch-grad-cam': gradCamPlusPlus({ variant: 'pgc' }),
  'gradCamPlusPlus of torch-cam': gradCamPlusPlus({ variant: 'torchcam' }),
  'ablationCam by the mean': ablationCam({ ablate: 'mean' }),
  'gradCam over noisy copies': smoothed(gradCam(), { samples: 2 }),
  'scoreCam over noisy copies': smoothed(scoreCam(), { samples: 2 }),
  'a function': customMethod((x, gradient) => sum<Tensor3D>(mul(x, gradient), 3)),
  randomBaseline: randomBaseline(3),
  centerBaseline: centerBaseline(),
  sobelBaseline: sobelBaseline(),
  emptyBaseline: emptyBaseline(),
};

/** The features are the images, pooled and weighed by `weights`, `[C, K]`. */
function linearModel(weights: number[][], bias: number[]): LayersModel {
  const result = sequential({
    layers: [
      layers.activation({ activation: 'linear', inputShape: [2, 3, weights.length], name: 'tap' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: bias.length }),
    ],
  });
  result.setWeights([tensor2d(weights), tensor1d(bias)]);
  return result;
}

const number = fc.integer({ min: -20, max: 20 }).map(value => value / 4);
const features = fc.array(number, { minLength: 12, maxLength: 12 });
const weights = fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), {
  minLength: 2,
  maxLength: 2,
});
const signedOf = async (
  parts: ReturnType<typeof prepareModel>,
  x: Tensor4D,
  options: ExplainOptions,
) => (await explain(parts, x, options)).flatMap(({ signed }) => [...signed.values]);

describe.each(Object.entries(every))('%s', (_, method) => {
  test.each(['pooled', 'flat'])('explains a batch as one by one (%s)', async kind => {
    for (const tap of ['conv2', 'relu2']) {
      const parts = prepareModel(network(kind), { tap });
      const batch = await explain(parts, images(), { method, classIndex: [1, 3] });
      for (const [index, { signed }] of batch.entries()) {
        const alone = await explain(parts, slice(images(), [index], [1]) as Tensor4D, {
          method,
          classIndex: [1, 3][index],
        });
        expectClose(signed.values, alone[0]!.signed.values);
      }
    }
  });

  test('gives the same by the short computation before pooling and by the general one', async () => {
    const parts = prepareModel(network('pooled'), { tap: 'relu2' });
    expect(parts.pooled).toBe(true);
    const short = await signedOf(parts, images(), { method });
    expectClose(short, await signedOf({ ...parts, pooled: false }, images(), { method }));
  });

  test('leaks no tensor, even when it is stopped', async () => {
    const parts = prepareModel(network('flat'), { tap: 'relu1' });
    const photos = images();
    const before = memory().numTensors;
    await explain(parts, photos, { method });
    await explain(parts, photos, { method, signal: AbortSignal.abort() }).catch(() => {});
    expect(memory().numTensors).toBe(before);
  });
});

describe('before global average pooling and a linear layer', () => {
  test('Grad-CAM, HiResCAM and Recipro-CAM are one, and with the bias they sum to the logit', async () => {
    await fc.assert(
      fc.asyncProperty(features, weights, async (values, kernel) => {
        const parts = prepareModel(linearModel(kernel, [0.5, -1, 2]));
        const x = tensor4d(values, [1, 2, 3, 2]);
        const options = { classIndex: 1 };
        const [explanation] = await explain(parts, x, options);
        const map = [...explanation!.signed.values];
        expectClose(map, await signedOf(parts, x, { ...options, method: hiResCam() }));
        expectClose(map, await signedOf(parts, x, { ...options, method: reciproCam() }));
        const sum = map.reduce((total, value) => total + value, 0);
        expect(sum - 1).toBeCloseTo(explanation!.logits[1]!, 3);
      }),
      { numRuns: 30 },
    );
  });

  test('Ablation-CAM weighs a channel by its contribution, divided by the logit as in the paper', async () => {
    const kernel = [
      [1, 2, 0],
      [3, 1, 1],
    ];
    const x = tensor4d([1, 2, 3, 4, 5, 6, 1, 1, 0, 2, 2, 3], [1, 2, 3, 2]);
    const weights = [12 / 6, (3 * 18) / 6];
    // The bias makes the logit 11, or -9: what a channel gives is the same, and in the paper's form the map is turned over.
    for (const [bias, logit] of [
      [0, 11],
      [-20, -9],
    ] as const) {
      const parts = prepareModel(linearModel(kernel, [bias, 0, 0]));
      const drop = await signedOf(parts, x, { method: ablationCam(), classIndex: 0 });
      expect(drop[0]).toBeCloseTo(weights[0]! * 1 + weights[1]! * 2, 4);
      const method = ablationCam({ variant: 'paper' });
      const paper = await signedOf(parts, x, { method, classIndex: 0 });
      expectClose(
        paper,
        drop.map(value => value / logit),
      );
    }
  });

  test('a contrast is the difference of two maps', async () => {
    await fc.assert(
      fc.asyncProperty(features, weights, async (values, kernel) => {
        const parts = prepareModel(linearModel(kernel, [0, 0, 0]));
        const x = tensor4d(values, [1, 2, 3, 2]);
        const [a, b] = [
          await signedOf(parts, x, { classIndex: 0 }),
          await signedOf(parts, x, { classIndex: 2 }),
        ];
        const target = contrast({ against: 2 });
        expectClose(
          await signedOf(parts, x, { classIndex: 0, target }),
          a.map((value, i) => value - b[i]!),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe('the map of a class', () => {
  test('follows its class when classes change places, ignores a shift and scales with the logits', async () => {
    const order = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    const scale = fc.double({ min: 0.1, max: 10, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        features,
        weights,
        order,
        scale,
        number,
        async (values, kernel, turn, by, shift) => {
          const x = tensor4d(values, [1, 2, 3, 2]);
          const plain = prepareModel(linearModel(kernel, [0, 0, 0]));
          const changed = prepareModel(
            linearModel(
              kernel.map(row => turn.map(k => row[k]! * by)),
              [shift, shift, shift],
            ),
          );
          for (const method of [gradCam(), layerCam(), hiResCam(), reciproCam()]) {
            const before = await signedOf(plain, x, { method, classIndex: turn[1]! });
            const after = await signedOf(changed, x, { method, classIndex: 1 });
            expectClose(
              after.map(value => value / by),
              before,
            );
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a target', () => {
  const parts = prepareModel(network('pooled'), { tap: 'relu2' });
  const scores = (target: { score: typeof probability.score; looks: boolean }, z: number[]) =>
    target
      .score([1], [Float32Array.from(z)])(tensor2d([z]), [0])
      .dataSync()[0]!;

  test('has the value that its name says', () => {
    const z = [0, Math.log(3), 0];
    expect(scores(probability, z)).toBeCloseTo(0.6, 5);
    expect(scores(logOdds, z)).toBeCloseTo(Math.log(0.6 / 0.4), 5);
    expect(scores(contrast(), [1, 5, 4])).toBeCloseTo(1, 5);
    expect(scores(contrast({ strength: 0.5 }), [1, 5, 4])).toBeCloseTo(3, 5);
    expect(scores(finer({ variant: 'torchcam', rivals: 2 }), [1, 5, 4])).toBeCloseTo(3.5, 5);
  });

  test('of log-odds and of a contrast does not change when all logits are shifted', () => {
    const z = [0.5, 2, -1];
    const shifted = z.map(value => value + 7);
    for (const target of [probability, logOdds, contrast(), finer()])
      expect(scores(target, shifted)).toBeCloseTo(scores(target, z), 4);
  });

  test('keeps its rival while a method changes the features', async () => {
    const target = contrast();
    const nearest = await explain(parts, images(), { method: reciproCam(), target });
    const rivals = nearest.map(({ logits, classIndex }) => {
      const others = [...logits].map((value, k) => (k === classIndex ? -Infinity : value));
      return others.indexOf(Math.max(...others));
    });
    const given = contrast({ against: rivals });
    const named = await explain(parts, images(), { method: reciproCam(), target: given });
    expectClose(nearest[0]!.signed.values, named[0]!.signed.values);
  });

  test('refuses the class itself as its rival', async () => {
    const target = contrast({ against: 1 });
    await expect(explain(parts, images(), { classIndex: 1, target })).rejects.toThrow(RangeError);
  });
});

describe('a map', () => {
  const flat = prepareModel(network('flat'), { tap: 'conv2' });

  test('of Grad-CAM++ is as in the paper, where libraries differ', () => {
    const of = (variant: 'paper' | 'pgc' | 'torchcam', gradient: number, feature = 3) => {
      const one = (value: number) => tensor4d([value], [1, 1, 1, 1]);
      const { contributions } = gradCamPlusPlus({ variant });
      return contributions!(one(feature), one(gradient)).dataSync()[0]!;
    };
    expect(of('paper', 2)).toBeCloseTo((3 * 2) / (2 + 3 * 2), 6);
    expect(of('paper', 1e-4) / 1e-4).toBeCloseTo(3 / 2.0003, 4);
    // A small gradient is lost in what is added to the denominator.
    expect(of('pgc', 1e-4) / 1e-4).toBeCloseTo(0.0294, 4);
    // The cube of the gradient times the feature, whatever the feature.
    expect(of('torchcam', 2)).toBeCloseTo(2 ** 3 * 3, 6);
    // The divisor is 2 + S g = 0.
    expect(of('paper', 2, -1)).toBeCloseTo(0, 6);
  });

  test('that says nothing about positions says why', async () => {
    const parts = prepareModel(linearModel([[1], [1]], [0]), { tap: 'tap' });
    const of = async (value: number) => {
      const x = tensor4d(new Array(12).fill(value), [1, 2, 3, 2]);
      const [explanation] = await explain(parts, x);
      const { emptiness, flat, map } = explanation!;
      return [emptiness, flat, map.values[0]! > 0];
    };
    expect(await of(0)).toEqual(['zero', true, false]);
    expect(await of(-1)).toEqual(['negative', true, false]);
    expect(await of(1)).toEqual(['constant', false, true]);
    expect(await of(Number.NaN)).toEqual(['not finite', true, false]);
  });

  test('of a principal component is positive where it is farthest from 0', async () => {
    for (const method of [eigenCam(), eigenGradCam(), segEigenCam(), kpcaCam()]) {
      for (const { signed } of await explain(flat, images(), { method })) {
        const far = signed.values.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
        expect(far).toBeGreaterThan(0);
      }
    }
  });

  test('of the Sobel baseline is hot where the image changes', async () => {
    const edge = formula([1, 10, 8, 3], 1, 0);
    const values = edge.dataSync().map((_, i) => (Math.floor(i / 3) % 8 < 4 ? 0 : 1));
    const parts = prepareModel(network('flat'), { tap: 'relu1' });
    const x = tensor4d(values, [1, 10, 8, 3]);
    const [explanation] = await explain(parts, x, { method: sobelBaseline() });
    expect([...explanation!.map.values.slice(0, 8)]).toEqual([0, 0, 0, 4, 4, 0, 0, 0]);
  });
});

function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++)
    worst = Math.max(
      worst,
      Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!)),
    );
  return worst;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(difference(actual, expected)).toBeLessThan(1e-4);
}
