import { type FeatureSet, noveltyThreshold } from '@shroom/train';
import { div, matMul, maximum, norm, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { falseAlarms, neighbors, thinned } from './novelty';

/** Largest numbers of photos whose distances are measured: training photos, validation photos, photos of a class, and of all classes. */
const most = { train: 4000, validation: 1000, ofClass: 200, ofClasses: 4000 };
/** Number of rows of distances that are computed at once. */
const rowsAtOnce = 128;

/** Features of the three parts of a split, one view of each photo. */
export interface SummariesOfParts {
  readonly train: FeatureSet;
  readonly validation: FeatureSet;
  readonly test: FeatureSet;
}

/**
 * For each class, the share of its photos that would be called unlike anything in training if the class had not been trained on. The
 * network that computes the features must not have been trained on the photos.
 *
 * @returns `[classes]`, each 0 to 1; NaN for a class without photos, or if nothing is left to compare with.
 */
export async function shareOfLeftOut(
  { train, validation, test }: SummariesOfParts,
  classes: number,
): Promise<number[]> {
  const known = thinned(train, most.train);
  const others = thinned(validation, most.validation);
  const perClass = Math.min(most.ofClass, Math.ceil(most.ofClasses / classes));
  const validationScores = await scores(others, known, classes);
  const shares: number[] = [];
  for (let label = 0; label < classes; label++) {
    const photos = thinned(joined([train, validation, test], label), perClass);
    const ordinary = validationScores
      .filter((_, row) => others.labels[row] !== label)
      .map(row => row[label]!)
      .filter(score => !Number.isNaN(score));
    const strange = (await scores(photos, known, classes)).map(row => row[label]!);
    if (ordinary.length === 0 || strange.length === 0) {
      shares.push(Number.NaN);
      continue;
    }
    const threshold = noveltyThreshold(ordinary, 1 - falseAlarms);
    shares.push(strange.filter(score => score > threshold).length / strange.length);
  }
  return shares;
}

/** For each photo and each class, the distance to the k-th nearest known photo of all other classes. */
async function scores(
  photos: FeatureSet,
  known: FeatureSet,
  classes: number,
): Promise<Float64Array[]> {
  const { channels } = known;
  const count = known.labels.length;
  const side = tidy(() => unit(tensor2d(known.values, [count, channels])));
  const found: Float64Array[] = [];
  try {
    for (let start = 0; start < photos.labels.length; start += rowsAtOnce) {
      const end = Math.min(start + rowsAtOnce, photos.labels.length);
      const values = photos.values.subarray(start * channels, end * channels);
      const products = tidy(() =>
        matMul(unit(tensor2d(values, [end - start, channels])), side, false, true),
      );
      const data = (await products.data()) as Float32Array;
      products.dispose();
      for (let row = 0; row < end - start; row++)
        found.push(without(data.subarray(row * count, (row + 1) * count), known.labels, classes));
    }
  } finally {
    side.dispose();
  }
  return found;
}

/** Rows scaled to length 1. */
const unit = (rows: Tensor2D): Tensor2D =>
  div(rows, maximum(norm(rows, 'euclidean', 1, true), 1e-30));

/** The k-th smallest distance when each class in turn is left out. @param products Cosines of one photo with the known photos. */
function without(products: Float32Array, labels: Int32Array, classes: number): Float64Array {
  // The k nearest photos of each class contain the k nearest photos of all classes but one.
  const nearest = Array.from({ length: classes }, (): number[] => []);
  for (const [place, product] of products.entries()) {
    const list = nearest[labels[place]!]!;
    if (list.length === neighbors && product <= list.at(-1)!) continue;
    const at = list.findIndex(each => each < product);
    list.splice(at < 0 ? list.length : at, 0, product);
    if (list.length > neighbors) list.pop();
  }
  const all = nearest
    .flatMap((list, label) => list.map(product => ({ product, label })))
    .sort((a, b) => b.product - a.product);
  return Float64Array.from({ length: classes }, (_, label) => {
    let [left, last] = [neighbors, Number.NaN];
    for (const each of all) {
      if (each.label === label) continue;
      last = each.product;
      if (--left === 0) break;
    }
    return Math.sqrt(Math.max(0, 2 - 2 * last));
  });
}

/** Photos of one class from several sets. */
function joined(sets: readonly FeatureSet[], label: number): FeatureSet {
  const { channels } = sets[0]!;
  const rows = sets.flatMap(({ labels, values }) =>
    [...labels.keys()]
      .filter(row => labels[row] === label)
      .map(row => values.subarray(row * channels, (row + 1) * channels)),
  );
  const values = new Float32Array(rows.length * channels);
  for (const [row, numbers] of rows.entries()) values.set(numbers, row * channels);
  return { values, labels: new Int32Array(rows.length).fill(label), views: 1, channels };
}
