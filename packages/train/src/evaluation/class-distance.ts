import type { FeatureSet } from '../features/feature-set';
import { dot, type NoveltyDetector, plainViews } from './novelty';

/**
 * Mahalanobis distance to the nearest class mean, with one covariance matrix for all classes. The covariance is shrunk
 * towards a multiple of the identity, because there may be more channels than photos.
 *
 * @param shrinkage Weight of the identity in the shrunk covariance, greater than 0 and at most 1. Default 0.1.
 * @see Lee et al. 2018, equation 2. https://arxiv.org/abs/1807.03888
 * @example
 * ```ts
 * const detector = classDistance(train, 9);
 * const limit = noveltyThreshold(detector.score(validation.values));
 * const [distance] = detector.score(features);
 * console.log(distance! > limit ? 'unlike the training photos' : 'like the training photos');
 * ```
 */
export function classDistance(
  train: FeatureSet,
  classes: number,
  shrinkage = 0.1,
): NoveltyDetector {
  const { channels, labels } = train;
  const rows = plainViews(train);
  const means = classMeans(rows, labels, channels, classes);
  const there = means.filter(mean => mean !== undefined);
  // `rows` are features minus their class mean. The covariance is their product, but is never computed: Woodbury's identity
  // replaces the system of `channels` equations by a system with one equation for each photo.
  const centered = Float64Array.from(rows, (value, index) => {
    const photo = Math.floor(index / channels);
    return value - means[labels[photo]!]![index % channels]!;
  });
  const count = labels.length;
  const variance = centered.reduce((sum, value) => sum + value * value, 0) / (count * channels);
  const ridge = shrinkage * variance || 1e-12;
  const weight = (1 - shrinkage) / count;
  const gram = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      gram[a * count + b] =
        dot(centered, a * channels, centered, b * channels, channels) +
        (a === b && weight > 0 ? ridge / weight : 0);
    }
  }
  const factor = weight > 0 ? cholesky(gram, count) : undefined;
  /** Dot product of a vector with every centered row. */
  const project = (vector: Float32Array | Float64Array, start: number) =>
    Float64Array.from({ length: count }, (_, a) =>
      dot(centered, a * channels, vector, start, channels),
    );
  const projectedMeans = there.map(mean => project(mean, 0));
  const difference = new Float64Array(channels);
  return {
    score: features =>
      Float64Array.from({ length: features.length / channels }, (_, row) => {
        const projected = project(features, row * channels);
        let nearest = Number.POSITIVE_INFINITY;
        for (const [index, mean] of there.entries()) {
          for (let c = 0; c < channels; c++)
            difference[c] = features[row * channels + c]! - mean[c]!;
          let square = dot(difference, 0, difference, 0, channels);
          if (factor) {
            const offset = projected.map((value, a) => value - projectedMeans[index]![a]!);
            square -= forwardSquare(factor, offset, count);
          }
          nearest = Math.min(nearest, square / ridge);
        }
        return Math.sqrt(Math.max(0, nearest));
      }),
  };
}

function classMeans(
  rows: Float32Array,
  labels: Int32Array,
  channels: number,
  classes: number,
): (Float64Array | undefined)[] {
  const sums: (Float64Array | undefined)[] = Array.from({ length: classes });
  const counts = new Float64Array(classes);
  for (let photo = 0; photo < labels.length; photo++) {
    const label = labels[photo]!;
    sums[label] ??= new Float64Array(channels);
    counts[label]! += 1;
    for (let c = 0; c < channels; c++) sums[label][c]! += rows[photo * channels + c]!;
  }
  return sums.map((sum, k) => sum?.map(value => value / counts[k]!));
}

/** Replaces a symmetric positive-definite matrix by the lower triangle of its Cholesky factor. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const rest =
        matrix[row * size + column]! - dot(matrix, row * size, matrix, column * size, column);
      matrix[row * size + column] =
        row === column ? Math.sqrt(rest) : rest / matrix[column * size + column]!;
    }
  }
  return matrix;
}

/** Squared length of the solution `x` of `factor x = y`. Overwrites `y` with the solution. */
function forwardSquare(factor: Float64Array, y: Float64Array, size: number): number {
  let square = 0;
  for (let row = 0; row < size; row++) {
    const x = (y[row]! - dot(factor, row * size, y, 0, row)) / factor[row * size + row]!;
    y[row] = x;
    square += x * x;
  }
  return square;
}
