import type { GraphCall } from './call';
import { flag, type GraphModel } from './model';

/**
 * Writes `CovariancePooling` of `@shroom/head` with operators that every TensorFlow.js has: the second moments of the projected features, and
 * their square root by Newton-Schulz steps.
 *
 * @see Li et al. 2018. https://arxiv.org/abs/1712.01034
 */
export function covariancePooling(call: GraphCall): string {
  const { graph, layer, path, config, weights, inputs } = call;
  const { components: size, iterations } = config as Record<'components' | 'iterations', number>;
  const [, ...sides] = inputs[0]!.shape;
  const channels = sides.pop()!;
  const prefix = Number(config.prefix ?? 0);
  const count = sides.reduce<number>((product, side) => product * (side ?? Number.NaN), 1) - prefix;
  if (Number.isNaN(count))
    throw new Error(`${layer.name}: give the network an inputSize to write it as a graph.`);
  const center = weights.get('center')!.values;
  const middle = graph.floats(`${path}/center`, [center.length], center);
  const directions = weights.get('directions')!;
  const frame = graph.floats(`${path}/directions`, directions.shape, directions.values);

  const patches = () =>
    graph.add('Slice', [
      inputs[0]!.name,
      graph.integers([0, prefix, 0]),
      graph.integers([-1, count, channels]),
    ]);
  const features =
    sides.length === 1 ? patches() : graph.add('Log1p', [graph.add('Relu', [inputs[0]!.name])]);
  const centered = graph.add('Sub', [features, middle]);
  const rows = graph.add('Reshape', [centered, graph.integers([-1, center.length])]);
  const seen = graph.add('MatMul', [rows, frame]);
  const seenPlaces = graph.add('Reshape', [seen, graph.integers([-1, count, size])]);
  // With an odd number of places, the WebGL engine has one more row beside them, which its matrix product would add. This makes the row 0.
  const ones = graph.floats(`ones of ${count}`, [1, count, 1], new Float32Array(count).fill(1));
  const places = graph.add('Mul', [seenPlaces, ones]);
  const moments = graph.add('BatchMatMulV2', [places, places], { adj_x: flag(true) });
  const root = squareRoot(graph, moments, size, iterations);
  const flat = graph.add('Reshape', [root, graph.integers([-1, size * size])]);
  return graph.add('Mul', [flat, graph.number(size)]);
}

/** Square roots of `[N, size, size]`, each matrix divided by its trace first. */
function squareRoot(graph: GraphModel, matrices: string, size: number, iterations: number): string {
  const diagonal = (value: number) =>
    graph.floats(
      `${value} on the diagonal of ${size}`,
      [1, size, size],
      Float32Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? value : 0)),
    );
  const onDiagonal = graph.add('Mul', [matrices, diagonal(1)]);
  const axes = graph.integers([1, 2]);
  const traces = graph.add('Sum', [onDiagonal, axes], { keep_dims: flag(true) });
  const divisors = graph.add('AddV2', [traces, graph.number(1e-12)]);
  let root = graph.add('RealDiv', [matrices, divisors]);
  // The first estimate of the inverse root is the identity.
  let inverse: string | undefined;
  for (let step = 0; step < iterations; step++) {
    const product = inverse === undefined ? root : graph.add('BatchMatMulV2', [inverse, root]);
    const half = graph.add('Mul', [product, graph.number(0.5)]);
    const factor = graph.add('Sub', [diagonal(1.5), half]);
    root = graph.add('BatchMatMulV2', [root, factor]);
    if (step === iterations - 1) break;
    inverse = inverse === undefined ? factor : graph.add('BatchMatMulV2', [factor, inverse]);
  }
  return root;
}
