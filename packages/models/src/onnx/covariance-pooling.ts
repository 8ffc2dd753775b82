import type { Call } from './call';
import type { OnnxModel } from './model';

/**
 * Writes `CovariancePooling` of `@shroom/head` with standard operators: the second moments of the projected features, and their square root
 * by Newton-Schulz steps.
 *
 * @see Li et al. 2018. https://arxiv.org/abs/1712.01034
 */
export function covariancePooling({ onnx, path, config, weights, inputs }: Call): string {
  const { components: size, iterations } = config as Record<'components' | 'iterations', number>;
  const center = weights.get('center')!.values;
  const channels = center.length;
  const float = (name: string, shape: readonly number[], values: Float32Array) =>
    onnx.constant(name, 'float32', shape, values);

  const integers = (name: string, values: readonly number[]) =>
    onnx.constant(name, 'int64', [values.length], BigInt64Array.from(values, BigInt));
  const frame = weights.get('directions')!.values;
  const ofTokens = () => {
    const bounds = [config.prefix ?? 0, Number.MAX_SAFE_INTEGER, 1].map((value, k) =>
      integers(`${path}.patches${k}`, [value as number]),
    );
    const patches = onnx.add('Slice', [inputs[0]!.name, ...bounds]);
    const centered = onnx.add('Sub', [patches, float(`${path}.center`, [channels], center)]);
    const directions = float(`${path}.directions`, [channels, size], frame);
    return turned(onnx, onnx.add('MatMul', [centered, directions]));
  };
  const ofMaps = () => {
    const one = float('number 1', [], Float32Array.of(1));
    const positive = onnx.add('Relu', [inputs[0]!.name]);
    const features = onnx.add('Log', [onnx.add('Add', [positive, one])]);
    const middle = float(`${path}.center`, [channels, 1, 1], center);
    const centered = onnx.add('Sub', [features, middle]);
    // A projection of the channels is a 1x1 convolution.
    const kernel = transposed(frame, channels, size);
    const directions = float(`${path}.directions`, [size, channels, 1, 1], kernel);
    const seen = onnx.add('Conv', [centered, directions], { kernel_shape: [1, 1] });
    return onnx.add('Reshape', [seen, integers(`rows of ${size}`, [0, size, -1])]);
  };
  const places = inputs[0]!.shape.length === 3 ? ofTokens() : ofMaps();
  const moments = onnx.add('MatMul', [places, turned(onnx, places)]);
  const root = squareRoot(onnx, moments, size, iterations);
  const scale = float(`number ${size}`, [], Float32Array.of(size));
  return onnx.add('Mul', [onnx.add('Flatten', [root], { axis: 1 }), scale]);
}

const turned = (onnx: OnnxModel, name: string) =>
  onnx.add('Transpose', [name], { perm: [0, 2, 1] });

/** Square roots of `[N, size, size]`, each matrix divided by its trace first. */
function squareRoot(onnx: OnnxModel, matrices: string, size: number, iterations: number): string {
  const number = (value: number) =>
    onnx.constant(`number ${value}`, 'float32', [], Float32Array.of(value));
  const diagonal = (value: number) =>
    onnx.constant(
      `${value} on the diagonal of ${size}`,
      'float32',
      [size, size],
      Float32Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? value : 0)),
    );
  const axes = onnx.constant('axes of a matrix', 'int64', [2], BigInt64Array.of(1n, 2n));
  const traces = onnx.add('ReduceSum', [onnx.add('Mul', [matrices, diagonal(1)]), axes]);
  let root = onnx.add('Div', [matrices, onnx.add('Add', [traces, number(1e-12)])]);
  // The first estimate of the inverse root is the identity.
  let inverse: string | undefined;
  for (let step = 0; step < iterations; step++) {
    const product = inverse === undefined ? root : onnx.add('MatMul', [inverse, root]);
    const half = onnx.add('Mul', [product, number(0.5)]);
    const factor = onnx.add('Sub', [diagonal(1.5), half]);
    root = onnx.add('MatMul', [root, factor]);
    if (step === iterations - 1) break;
    inverse = inverse === undefined ? factor : onnx.add('MatMul', [factor, inverse]);
  }
  return root;
}

/** `[rows, columns]` to `[columns, rows]`. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(values, (_, k) => values[(k % rows) * columns + Math.floor(k / rows)]!);
}
