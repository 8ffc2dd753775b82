import { type NamesOf, requireKnown } from '../options/option-names';
import { requireNumber, requireOneOf } from '../options/requirements';
import { mixed, permutation } from '../random/order';

/** Mixing blends each sample of a batch, and its label, with another sample of the batch. */
export interface Mixing {
  /**
   * `mixup`: the weighted mean of two samples. `cutmix`: a rectangle of a feature map is replaced by that of another
   * sample, and the labels are weighted by area; not for pooled features.
   */
  readonly kind: 'mixup' | 'cutmix';
  /**
   * Both parameters of the Beta distribution of the shares, above 0. With a small alpha, most blends consist mainly of one
   * sample.
   */
  readonly alpha: number;
}

export interface Mixture {
  readonly rows: Float32Array;
  /** The share of each class in each blended sample, `[N, K]`. */
  readonly targets: Float32Array;
}

/**
 * Blends every sample of a batch with another sample of the batch. All samples have the same share.
 *
 * @param rows `[N, ...shape]`; not modified.
 * @param shape Shape of one sample: `[channels]`, or `[height, width, channels]`.
 * @throws RangeError for an unknown kind, an alpha that is not above 0, and for cutmix of pooled features, which have no
 *   spatial positions.
 * @see Zhang et al. 2018, mixup. https://arxiv.org/abs/1710.09412; on features: Verma et al. 2019.
 * @see Yun et al. 2019, CutMix. https://arxiv.org/abs/1905.04899
 * @example
 * ```ts
 * const rows = new Float32Array([0, 0, 1, 1]); // two samples of two channels
 * const mixture = mix(rows, [2], [0, 1], 2, { kind: 'mixup', alpha: 1 }, 7);
 * console.log(mixture.rows); // [0.66, 0.66, 0.34, 0.34]
 * console.log(mixture.targets); // [0.34, 0.66, 0.66, 0.34]
 * ```
 */
export function mix(
  rows: Float32Array,
  shape: readonly number[],
  labels: ArrayLike<number>,
  classes: number,
  mixing: Mixing,
  seed: number,
): Mixture {
  const { partners, blended, share } = blend(rows, shape, labels.length, mixing, seed);
  const targets = new Float32Array(labels.length * classes);
  partners.forEach((partner, row) => {
    targets[row * classes + labels[row]!]! += share;
    targets[row * classes + labels[partner]!]! += 1 - share;
  });
  return { rows: blended, targets };
}

/**
 * Blends samples that may have several classes or none, like `mix`.
 *
 * @param targets `[N, K]`; not modified.
 */
export function mixTargets(
  rows: Float32Array,
  shape: readonly number[],
  targets: Float32Array,
  classes: number,
  mixing: Mixing,
  seed: number,
): Mixture {
  const count = targets.length / classes;
  const { partners, blended, share } = blend(rows, shape, count, mixing, seed);
  return { rows: blended, targets: mean(targets, partners, share) };
}

interface Blend {
  /** For each sample, the index of the sample that it is blended with. */
  readonly partners: Int32Array;
  readonly blended: Float32Array;
  /** Share of the sample itself; its partner has the rest. */
  readonly share: number;
}

function blend(
  rows: Float32Array,
  shape: readonly number[],
  count: number,
  mixing: Mixing,
  seed: number,
): Blend {
  const { kind, alpha } = mixing;
  checkMixing(mixing, shape);
  const partners = permutation(count, mixed(seed, 2));
  const drawn = drawBeta(alpha, mixed(seed, 3));
  const made =
    kind === 'mixup'
      ? { blended: mean(rows, partners, drawn), share: drawn }
      : cut(rows, shape, partners, drawn, seed);
  return { partners, ...made };
}

const mixingOptions: NamesOf<Mixing> = { kind: true, alpha: true };

/** @throws RangeError for an unknown kind, for an alpha that is not above 0, and for cutmix of pooled features. */
export function checkMixing(mixing: Mixing, shape: readonly number[]): void {
  const { kind, alpha } = mixing;
  requireKnown('', mixing, mixingOptions);
  requireOneOf('kind', kind, ['mixup', 'cutmix']);
  requireNumber('alpha', alpha, { above: 0 });
  if (kind === 'cutmix' && shape.length < 3)
    throw new RangeError(
      `cutmix needs feature maps, [height, width, channels]; a sample here has the shape [${shape}]. Try mixup.`,
    );
}

function mean(rows: Float32Array, partners: Int32Array, share: number): Float32Array {
  const blended = new Float32Array(rows.length);
  const size = rows.length / partners.length;
  partners.forEach((partner, row) => {
    const [own, other] = [row * size, partner * size];
    for (let i = 0; i < size; i++)
      blended[own + i] = share * rows[own + i]! + (1 - share) * rows[other + i]!;
  });
  return blended;
}

function cut(
  rows: Float32Array,
  shape: readonly number[],
  partners: Int32Array,
  drawn: number,
  seed: number,
): { readonly blended: Float32Array; readonly share: number } {
  const [height, width, channels] = shape as [number, number, number];
  const side = Math.sqrt(1 - drawn);
  const [top, bottom] = span(height, side, mixed(seed, 4) / 2 ** 32);
  const [left, right] = span(width, side, mixed(seed, 5) / 2 ** 32);
  const blended = Float32Array.from(rows);
  partners.forEach((partner, row) => {
    for (let y = top; y < bottom; y++) {
      const place = (sample: number) => ((sample * height + y) * width + left) * channels;
      const from = place(partner);
      blended.set(rows.subarray(from, from + (right - left) * channels), place(row));
    }
  });
  // The rectangle is clipped and rounded, so the share follows from its real area.
  return { blended, share: 1 - ((bottom - top) * (right - left)) / (height * width) };
}

/** Start and end of one side of the rectangle around a random center, clipped to the map. */
function span(length: number, share: number, position: number): [number, number] {
  const center = position * length;
  const clip = (value: number) => Math.max(0, Math.min(length, Math.round(value)));
  return [clip(center - (share * length) / 2), clip(center + (share * length) / 2)];
}

/**
 * A random number between 0 and 1 from Beta(alpha, alpha).
 *
 * @throws RangeError when alpha is not above 0.
 */
export function drawBeta(alpha: number, seed: number): number {
  requireNumber('alpha', alpha, { above: 0 });
  const [x, y] = [drawLogGamma(alpha, mixed(seed, 0)), drawLogGamma(alpha, mixed(seed, 1))];
  // In logarithms, because for a small alpha both gamma variates underflow.
  return 1 / (1 + Math.exp(y - x));
}

/** Logarithm of a random number from Gamma(alpha, 1). @see Marsaglia & Tsang 2000. https://doi.org/10.1145/358407.358414 */
function drawLogGamma(alpha: number, seed: number): number {
  let calls = 0;
  // Never 0, because its logarithm is taken.
  const uniform = () => (mixed(seed, calls++) + 0.5) / 2 ** 32;
  const d = (alpha < 1 ? alpha + 1 : alpha) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const v = (1 + c * normal) ** 3;
    if (v <= 0) continue;
    if (Math.log(uniform()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) {
      const boost = alpha < 1 ? Math.log(uniform()) / alpha : 0;
      return Math.log(d * v) + boost;
    }
  }
}
