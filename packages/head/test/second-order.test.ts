import '@tensorflow/tfjs-backend-cpu';
import {
  grad,
  io,
  memory,
  mul,
  setBackend,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  input,
  layers,
  loadLayersModel,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import {
  attachHead,
  CovariancePooling,
  linearHead,
  poolCovariances,
  principalDirections,
} from '../src/index';

beforeAll(async () => {
  await setBackend('cpu');
});

/** Features whose `log(1 + x)` are these numbers. */
const maps = (values: number[], shape: [number, number, number, number]): Tensor4D =>
  tensor4d(
    values.map(value => Math.expm1(value)),
    shape,
  );

/** A pooling that sees the channels as they are. */
function plainPooling(channels: number, iterations: number): CovariancePooling {
  const pooling = new CovariancePooling({ components: channels, iterations, name: 'pooling' });
  pooling.build([1, 1, 1, channels]);
  const identity = Array.from({ length: channels ** 2 }, (_, at) =>
    at % (channels + 1) === 0 ? 1 : 0,
  );
  pooling.setWeights([
    tensor([...Array(channels).fill(0)]),
    tensor(identity, [channels, channels]),
  ]);
  return pooling;
}

test('the result is the square root of the second moments over their trace, times the number of components', async () => {
  // Two places, (3, 0) and (0, 4): moments diag(9, 16), over 25; the root is diag(3, 4) / 5.
  const pooled = plainPooling(2, 12).call(maps([3, 0, 0, 4], [1, 1, 2, 2]));
  const [a, b, c, d] = await pooled.data();
  expect(a).toBeCloseTo((2 * 3) / 5, 5);
  expect(b).toBeCloseTo(0, 6);
  expect(c).toBeCloseTo(0, 6);
  expect(d).toBeCloseTo((2 * 4) / 5, 5);
});

test('the order of positions does not matter; the mean square is near 1', async () => {
  const pooling = plainPooling(2, 5);
  const one = (await pooling.call(maps([1, 2, 3, 1, 2, 2], [1, 1, 3, 2])).data()) as Float32Array;
  const other = await pooling.call(maps([2, 2, 1, 2, 3, 1], [1, 3, 1, 2])).data();
  for (const [index, value] of one.entries()) expect(other[index]).toBeCloseTo(value, 5);
  const square = one.reduce((total, value) => total + value ** 2, 0) / one.length;
  expect(square).toBeGreaterThan(0.9);
  expect(square).toBeLessThan(1.001);
});

test('a map of zeros gives zeros, and gradients are finite there too', async () => {
  const pooling = plainPooling(3, 5);
  const zeros = maps(Array(12).fill(0), [1, 2, 2, 3]);
  expect(Array.from(await pooling.call(zeros).data())).toEqual(Array(9).fill(0));
  const slope = grad((x: Tensor) => sum(pooling.call(x)))(zeros);
  for (const value of await slope.data()) expect(Number.isFinite(value)).toBe(true);
});

test('its gradient is that of finite differences', async () => {
  const pooling = plainPooling(2, 5);
  const weights = tensor([0.3, -1, 0.5, 2], [1, 4]) as Tensor2D;
  const score = (x: Tensor) => sum(mul(pooling.call(x), weights));
  const x = [0.4, 1.2, 2, 0.3, 0.9, 0.8];
  const at = (values: number[]) => tensor4d(values, [1, 1, 3, 2]);
  const slope = await grad(score)(at(x)).data();
  for (const [index, value] of slope.entries()) {
    const step = 1e-2;
    const moved = (by: number) =>
      score(at(x.map((each, place) => (place === index ? each + by : each)))).dataSync()[0]!;
    expect(value).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 2);
  }
});

test('principal directions are those of the greatest variance, and orthonormal', async () => {
  // Along (1, 1, 0) twice as far as along (0, 0, 1); nothing along (1, -1, 0).
  const points = [
    [1, 1, 2],
    [3, 3, 2],
    [2, 2, 1.5],
    [2, 2, 2.5],
  ];
  const before = memory().numTensors;
  const features = maps(points.flat(), [1, 2, 2, 3]);
  const { center, directions } = await principalDirections(features, 2);
  features.dispose();
  expect(memory().numTensors).toBe(before);
  expect(Array.from(center, value => Math.round(value * 1e5) / 1e5)).toEqual([2, 2, 2]);
  const column = (index: number) => [0, 1, 2].map(row => Math.abs(directions[row * 2 + index]!));
  const half = Math.SQRT1_2;
  for (const [row, value] of [half, half, 0].entries())
    expect(column(0)[row]).toBeCloseTo(value, 4);
  for (const [row, value] of [0, 0, 1].entries()) expect(column(1)[row]).toBeCloseTo(value, 4);
  await expect(principalDirections(maps([1, 2], [1, 1, 1, 2]), 2)).rejects.toThrow(
    /2 directions need at least as many positions and channels; there are 1 and 2/,
  );
});

/** Images `[N, 4, 4, 1]` through two convolutions. */
function backbone() {
  const images = input({ shape: [4, 4, 1], name: 'images' });
  const convolution = (filters: number, name: string) =>
    layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', name });
  const first = convolution(3, 'first').apply(images);
  const second = convolution(4, 'second').apply(first) as SymbolicTensor;
  return model({ inputs: images, outputs: second });
}

const frame = (layer: string, channels: number, components: number) => ({
  layer,
  center: new Float32Array(channels),
  directions: Float32Array.from({ length: channels * components }, (_, at) =>
    Math.floor(at / components) === at % components ? 1 : 0,
  ),
});

test('a backbone pooled at two layers, with a linear head: saved and loaded, it gives the same logits', async () => {
  const pooled = poolCovariances(backbone(), [frame('first', 3, 2), frame('second', 4, 3)]);
  expect(pooled.outputs[0]!.shape).toEqual([null, 4 + 9]);
  const head = linearHead(13, 5);
  expect(
    Array.from(await (head.predict(tensor([...Array(13).fill(1)], [1, 13])) as Tensor).data()),
  ).toEqual(Array(5).fill(0));
  head.setWeights([
    tensor(
      Array.from({ length: 65 }, (_, at) => Math.sin(at)),
      [13, 5],
    ),
    tensor([1, 2, 3, 4, 5]),
  ]);
  const whole = attachHead(pooled, head);
  const images = tensor4d(
    Array.from({ length: 32 }, (_, at) => Math.cos(at)),
    [2, 4, 4, 1],
  );
  const logits = await tidy(() => whole.predict(images) as Tensor).data();
  let saved: io.ModelArtifacts | undefined;
  await whole.save(
    io.withSaveHandler(async artifacts => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const again = await loadLayersModel(io.fromMemory(saved!));
  const same = await tidy(() => again.predict(images) as Tensor).data();
  expect(Array.from(same)).toEqual(Array.from(logits));
  // Nothing of the frame is trained.
  expect(whole.trainableWeights.map(({ originalName }) => originalName)).not.toContain(
    'covariance.first/center',
  );
});

test('directions of another layer are refused', () => {
  expect(() => poolCovariances(backbone(), [frame('first', 4, 2)])).toThrow(
    /'first' has 3 channels; the center has 4, the directions 8 numbers/,
  );
  const pooling = new CovariancePooling({ components: 8, name: 'pooling' });
  expect(() => pooling.build([1, 2, 2, 4])).toThrow(
    /pooling: 8 components need at least as many channels; there are 4/,
  );
});

test('patches among tokens are pooled as a map of the same features, and the tokens before them do not count', async () => {
  const numbers = Array.from({ length: 2 * 6 * 4 }, (_, k) => Math.sin(1 + k * 0.7));
  const tokens = tensor(numbers, [2, 6, 4]) as Tensor3D;
  // Without the first two tokens of each image: features that may be negative, so the map's are shifted, and so is its center.
  const patches = numbers.filter((_, k) => k % 24 >= 8);
  const asMap = maps(
    patches.map(value => value + 2),
    [2, 2, 2, 4],
  );
  const frame = await principalDirections(tokens, 3, { prefix: 2 });
  const ofMap = await principalDirections(asMap, 3);
  ofMap.center.forEach((value, k) => {
    expect(value - 2).toBeCloseTo(frame.center[k]!, 5);
  });
  const images = input({ shape: [6, 4] });
  const same = layers.activation({ activation: 'linear', name: 'tokens' }).apply(images);
  const network = model({ inputs: images, outputs: same as SymbolicTensor });
  const features = poolCovariances(network, [{ layer: 'tokens', ...frame }], { prefix: 2 });
  const pooling = new CovariancePooling({ components: 3, name: 'map' });
  pooling.build([2, 2, 2, 4]);
  pooling.setWeights([tensor(ofMap.center), tensor(ofMap.directions, [4, 3])]);
  const found = await (features.predict(tokens) as Tensor).data();
  const expected = await pooling.call(asMap).data();
  expect(found).toHaveLength(18);
  found.forEach((value, k) => {
    expect(value).toBeCloseTo(expected[k]!, 4);
  });
  await expect(principalDirections(tokens, 4, { prefix: 5 })).rejects.toThrow(RangeError);
});
