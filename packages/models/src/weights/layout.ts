import { type Dialect, parseWeightName } from './dialect';

/** Lengths of three axes of a tensor whose order is reversed: `[a, b, c]` becomes `[c, b, a]`. */
type Axes = readonly [number, number, number];

/** The layout of a weight in a file, and how to convert its values to the file and back. */
export interface Layout {
  /** Shape in the file. */
  readonly shape: readonly number[];
  /** Whether values are copied during conversion; otherwise they are passed on unchanged. */
  readonly copies: boolean;
  toNetwork(values: Float32Array): Float32Array;
  toFile(values: Float32Array): Float32Array;
}

/**
 * Returns the layout of one of our weights in a dialect. Weights of convolutions and dense layers are `[h, w, in, out]`, `[in, out]` and,
 * for depthwise convolutions, `[h, w, C, 1]` here; in PyTorch they are `[out, in, h, w]`, `[out, in]` and `[C, 1, h, w]`.
 */
export function layoutOf(dialect: Dialect, weight: string, shape: readonly number[]): Layout {
  const { part } = parseWeightName(weight);
  const inFile = dialect.shapeOf?.(weight, shape);
  if (inFile) return same(inFile);
  if (dialect.layout === 'pytorch') {
    if (part === 'kernel' && shape.length === 2) {
      const [inputs, outputs] = shape as [number, number];
      return turned([outputs, inputs], [outputs, 1, inputs]);
    }
    if (part === 'kernel' && shape.length === 4) {
      const [height, width, inputs, outputs] = shape as [number, number, number, number];
      return turned([outputs, inputs, height, width], [outputs, inputs, height * width]);
    }
    if (part === 'depthwise_kernel') {
      const [height, width, channels] = shape as [number, number, number, number];
      return turned([channels, 1, height, width], [channels, 1, height * width]);
    }
    if (part === 'scale') {
      return same([...shape, ...Array<number>(dialect.layerScaleAxes ?? 0).fill(1)]);
    }
  }
  return same(shape);
}

function same(shape: readonly number[]): Layout {
  return { shape, copies: false, toNetwork: values => values, toFile: values => values };
}

function turned(shape: readonly number[], inFile: Axes): Layout {
  const [a, b, c] = inFile;
  return {
    shape,
    copies: true,
    toNetwork: values => turn(values, [a, b, c]),
    toFile: values => turn(values, [c, b, a]),
  };
}

/** Side of the squares that are transposed at a time, so that the rows read and the rows written stay in the processor's cache. */
const tile = 32;

function turn(values: Float32Array, [a, b, c]: Axes): Float32Array {
  const result = new Float32Array(values.length);
  for (let startA = 0; startA < a; startA += tile) {
    const endA = Math.min(a, startA + tile);
    for (let y = 0; y < b; y++) {
      for (let startC = 0; startC < c; startC += tile) {
        const endC = Math.min(c, startC + tile);
        for (let x = startA; x < endA; x++) {
          for (let z = startC; z < endC; z++) {
            result[(z * b + y) * a + x] = values[(x * b + y) * c + z]!;
          }
        }
      }
    }
  }
  return result;
}
