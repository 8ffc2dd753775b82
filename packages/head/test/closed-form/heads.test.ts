import '@tensorflow/tfjs-backend-cpu';
import { io, memory, setBackend, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  discriminantHead,
  FeatureMoments,
  knnHead,
  prototypeHead,
  ridgeHead,
} from '../../src/closed-form/index';
import figures from '../reference/closed-form.json' with { type: 'json' };

beforeAll(async () => {
  await setBackend('cpu');
});

const [count, channels, classes] = [90, 6, 3];
/** The rule of tools/reference/closed_form.py. */
const labels = Int32Array.from({ length: count }, (_, row) => Math.floor(row ** 2 / 5) % classes);
const values = Float32Array.from({ length: count * channels }, (_, place) => {
  const own = place % channels === labels[Math.floor(place / channels)] ? 0.7 : 0;
  return ((place * 37 + ((place * place) % 101)) % 97) / 97 + own;
});
const train = { rows: values.slice(0, 70 * channels), labels: labels.slice(0, 70) };
const held = values.slice(70 * channels);

async function momentsOf(products = true, atOnce = 70): Promise<FeatureMoments> {
  const moments = new FeatureMoments(channels, classes, { products });
  for (let row = 0; row < 70; row += atOnce) {
    const end = Math.min(70, row + atOnce);
    const rows = train.rows.slice(row * channels, end * channels);
    await moments.add(rows, train.labels.slice(row, end));
  }
  return moments;
}

test.each([
  [Number.NaN, 0],
  [Number.POSITIVE_INFINITY, 13],
  [Number.NEGATIVE_INFINITY, 70 * channels - 1],
])('features should be finite: %d at %d', async (value, place) => {
  const rows = train.rows.map((each, own) => (own === place ? value : -each));
  const moments = new FeatureMoments(channels, classes);
  await expect(moments.add(rows, train.labels)).rejects.toThrow(
    `Row ${Math.floor(place / channels)} has ${value} in channel ${place % channels}; features should be finite numbers.`,
  );
});

type Head = Pick<LayersModel, 'apply'>;
const logitsOf = (head: Head, rows = held): number[][] =>
  tidy(() => {
    const features = tensor2d(rows, [rows.length / channels, channels]);
    return (head.apply(features, { training: false }) as Tensor2D).arraySync();
  });
const softmax = (logits: number[]): number[] => {
  const most = Math.max(...logits);
  const powers = logits.map(logit => Math.exp(logit - most));
  return powers.map(power => power / powers.reduce((sum, each) => sum + each, 0));
};
const best = (row: number[]) => row.indexOf(Math.max(...row));
/** Largest difference of two tables. */
const apart = (a: number[][], b: number[][]): number =>
  Math.max(...a.flatMap((row, index) => row.map((value, k) => Math.abs(value - b[index]![k]!))));

describe('heads in closed form', () => {
  test.each(['1', '25'] as const)(
    'ridge regression with alpha %s is that of scikit-learn',
    async alpha => {
      const head = await ridgeHead(await momentsOf(), { alpha: Number(alpha) });
      expect(apart(logitsOf(head), figures.ridge[alpha])).toBeLessThan(2e-6);
      head.dispose();
    },
  );

  test.each(['0.1', '0.7'] as const)(
    'discriminant analysis with shrinkage %s has the probabilities of scikit-learn',
    async shrinkage => {
      const head = await discriminantHead(await momentsOf(), { shrinkage: Number(shrinkage) });
      expect(apart(logitsOf(head).map(softmax), figures.discriminant[shrinkage])).toBeLessThan(
        5e-6,
      );
      head.dispose();
    },
  );

  test('prototypes are the means of the classes, by the cosine or by the distance', async () => {
    const moments = await momentsOf(false);
    const cosine = await prototypeHead(moments, { scale: 1 });
    expect(apart(logitsOf(cosine), figures.cosines)).toBeLessThan(1e-6);
    const euclidean = await prototypeHead(moments, { distance: 'euclidean' });
    expect(logitsOf(euclidean).map(best)).toEqual(figures.nearestMean);
    // Differences of logits are those of half the squared distances, by the variance of a channel.
    const { means, variance } = await moments.means();
    const scale = 1 / (2 * (variance.reduce((sum, each) => sum + each, 0) / channels));
    const [row] = logitsOf(euclidean);
    const distance = (label: number) =>
      held
        .slice(0, channels)
        .reduce((sum, value, k) => sum + (value - means[label * channels + k]!) ** 2, 0);
    expect(row![0]! - row![1]!).toBeCloseTo(scale * (distance(1) - distance(0)), 4);
    cosine.dispose();
    euclidean.dispose();
  });

  test('nearest neighbors vote as those of scikit-learn', () => {
    const head = knnHead(train.rows, train.labels, classes, { k: 5, temperature: Infinity });
    const votes = logitsOf(head).map(row => row.map(logit => Math.exp(logit)));
    expect(apart(votes, figures.votesOf5)).toBeLessThan(1e-5);
    head.dispose();
  });

  test('the nearest neighbors have the most say at a low temperature', () => {
    const head = knnHead(train.rows, train.labels, classes, { k: 70, temperature: 1e-4 });
    expect(logitsOf(head, train.rows).map(best)).toEqual(Array.from(train.labels));
    head.dispose();
  });

  test('the sums have the same bits whatever the blocks are', async () => {
    const heads = await Promise.all(
      [1, 7, 70].map(async atOnce => {
        const moments = await momentsOf(true, atOnce);
        return [await discriminantHead(moments), await ridgeHead(moments)].map(head =>
          logitsOf(head),
        );
      }),
    );
    expect(heads[1]).toEqual(heads[0]);
    expect(heads[2]).toEqual(heads[0]);
  });

  test('numbers far from 0 keep their digits', async () => {
    const moments = new FeatureMoments(channels, classes);
    await moments.add(
      train.rows.map(value => value + 100),
      train.labels,
    );
    const far = await moments.scatter('classMeans');
    const near = await (await momentsOf()).scatter('classMeans');
    const apart = far.map((sum, place) => Math.abs(sum - near[place]!));
    // In 32 bits, a sum of 70 squares of 100 is off by 0.03.
    expect(Math.max(...apart)).toBeLessThan(1e-3);
  });

  test('a head of prototypes is saved and loaded by tfjs-layers', async () => {
    const head = await prototypeHead(await momentsOf(false));
    let saved: io.ModelArtifacts | undefined;
    await head.save(
      io.withSaveHandler(async artifacts => {
        saved = artifacts;
        return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
      }),
    );
    const loaded = await loadLayersModel(io.fromMemory(saved!));
    expect(logitsOf(loaded)).toEqual(logitsOf(head));
    head.dispose();
    loaded.dispose();
  });

  test('nothing stays in memory but the weights', async () => {
    const before = memory().numTensors;
    const moments = await momentsOf();
    expect(memory().numTensors).toBe(before);
    const heads: { dispose(): unknown }[] = [
      await ridgeHead(moments),
      await prototypeHead(moments),
      knnHead(train.rows, train.labels, classes),
    ];
    expect(memory().numTensors).toBe(before + 2 + 1 + 2);
    for (const head of heads) head.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('what cannot be computed is refused by name', async () => {
    const moments = new FeatureMoments(2, 2);
    await expect(moments.add(new Float32Array(3), [0])).rejects.toThrow('are 2 numbers, not 3');
    await expect(moments.add(new Float32Array(2), [2])).rejects.toThrow('Row 0 has the label 2');
    await expect(moments.add(Float32Array.of(0, Number.NaN), [0])).rejects.toThrow('has NaN');
    expect(moments.rows).toBe(0);
    await moments.add(Float32Array.of(1, 2, 1, 2), [0, 0]);
    await expect(ridgeHead(moments)).rejects.toThrow('Class 1 has no rows');
    await moments.add(Float32Array.of(1, 2), [1]);
    await expect(ridgeHead(moments, { alpha: 0 })).rejects.toThrow('alpha');
    await expect(discriminantHead(moments, { shrinkage: 0 })).rejects.toThrow('shrinkage');
    await expect(discriminantHead(moments)).rejects.toThrow('no single solution');
    await expect(prototypeHead(moments, { distance: 'l1' as never })).rejects.toThrow('distance');
    const few = new FeatureMoments(2, 2, { products: false });
    await few.add(Float32Array.of(1, 2, 0, 0), [0, 1]);
    await expect(ridgeHead(few)).rejects.toThrow('without products');
    await expect(prototypeHead(few)).rejects.toThrow('mean of class 1 is 0');
    expect(() => new FeatureMoments(0, 2)).toThrow('at least 1 channel');
    expect(() => knnHead(new Float32Array(4), [0, 1], 2, { k: 3 })).toThrow('k should be');
    expect(() => knnHead(new Float32Array(5), [0, 1], 2)).toThrow('numbers');
  });
});
