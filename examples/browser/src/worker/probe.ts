import { conv2d, relu, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';

/** A block in the second stage of a ResNet50 at 299 pixels: its height and width, and its wide and narrow numbers of channels. */
const [side, wide, narrow] = [38, 512, 128] as const;
const runs = 5;

/**
 * Milliseconds that an engine takes for a block of a ResNet50 (0.4 billion multiplications), the median of some runs after
 * the first, which compiles. The engine in use is measured.
 *
 * @throws Error when the results are not precise enough, as on graphics cards that compute with 16-bit numbers.
 */
export async function measureEngine(): Promise<number> {
  const x = formula([1, side, side, wide], 1);
  const narrowing = formula([1, 1, wide, narrow], 2);
  const mixing = formula([3, 3, narrow, narrow], 3);
  const widening = formula([1, 1, narrow, wide], 4);
  const once = async (): Promise<number> => {
    const start = performance.now();
    const y = tidy(() => {
      const less = relu(conv2d(x, narrowing, 1, 'same'));
      return conv2d(relu(conv2d(less, mixing, 1, 'same')), widening, 1, 'same');
    });
    await y.data();
    y.dispose();
    return performance.now() - start;
  };
  await verify(x, narrowing);
  await once();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await once());
  return times.sort((a, b) => a - b)[runs >> 1]!;
}

/** Compares the first outputs of a convolution with the same sums in 64-bit precision. */
async function verify(x: Tensor4D, filter: Tensor4D): Promise<void> {
  const product = tidy(() => conv2d(x, filter, 1, 'same'));
  const [given, weights, found] = (await Promise.all(
    [x, filter, product].map(tensor => tensor.data()),
  )) as [Float32Array, Float32Array, Float32Array];
  product.dispose();
  let [furthest, largest] = [0, 0];
  for (let output = 0; output < narrow; output++) {
    let sum = 0;
    for (let k = 0; k < wide; k++) sum += given[k]! * weights[k * narrow + output]!;
    furthest = Math.max(furthest, Math.abs(found[output]! - sum));
    largest = Math.max(largest, Math.abs(sum));
  }
  if (!(furthest <= 1e-4 * largest)) throw new Error('It is not precise enough for heat maps.');
}

/** Pseudo-random numbers from -1 to 1, computed from the position and a salt. */
function formula(shape: [number, number, number, number], salt: number): Tensor4D {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin(salt + 12.9898 * i));
  return tensor4d(values, shape);
}
