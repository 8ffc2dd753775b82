import { mul, stack, type Tensor, type Tensor3D, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { type ExplainOptions, explain } from '../explain';
import { fuseMaps } from '../fusion';
import { asGiven, imagesFor } from '../images';
import { type Explainable, partsOf } from '../source';
import { type ConfidenceChange, confidenceChange } from './confidence';
import { correlation } from './correlation';
import { type Road, type RoadOptions, road } from './road';
import { type Judged, type MetricOptions, requireBounded, watchedTarget } from './subject';

export interface CoherencyOptions extends MetricOptions {
  /** The method that made the maps; it explains the masked images too. Default Grad-CAM. */
  readonly method?: ExplainOptions['method'];
}

/** One number for what a map should be: coherent, simple, and about the score. */
export interface Composite {
  /** How alike the map is to that of the image seen through it, 0 to 1. */
  readonly coherency: number;
  /** Mean of the map scaled to 0 to 1: how much of the image it takes. */
  readonly extent: number;
  /** What it is about: the relative drop for ADCC; twice ROAD, clipped to 0 to 1, for ARCC. */
  readonly evidence: number;
  /** Harmonic mean of the three, each turned so that more is better; 0 to 1. */
  readonly score: number;
}

/**
 * ADCC: average drop, coherency and complexity as one. Poppi et al. 2021. https://arxiv.org/abs/2104.10252
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
 */
export async function adcc(
  model: Explainable,
  images: Tensor,
  explanations: readonly Judged[],
  options: CoherencyOptions = {},
): Promise<Composite[]> {
  await requireProbability('adcc', model, explanations, options);
  const alike = await coherency(model, images, explanations, options);
  return adccOf(alike, await confidenceChange(model, images, explanations, options));
}

/** ADCC of what was measured already. */
export function adccOf(
  alike: readonly Coherency[],
  drops: readonly Pick<ConfidenceChange, 'relativeDrop'>[],
): Composite[] {
  return alike.map(({ coherency, extent }, image) => {
    const { relativeDrop } = drops[image]!;
    const score = harmonicMean([coherency, 1 - extent, 1 - relativeDrop]);
    return { coherency, extent, evidence: relativeDrop, score };
  });
}

/**
 * ARCC: ROAD in the place of the average drop, which an image seen through its map is not asked fairly. As pytorch-grad-cam has
 * it with `ties: 'together'`. https://arxiv.org/abs/2605.14641
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
 */
export async function arcc(
  model: Explainable,
  images: Tensor,
  explanations: readonly Judged[],
  options: CoherencyOptions & Pick<RoadOptions, 'ties'> = {},
): Promise<Composite[]> {
  await requireProbability('arcc', model, explanations, options);
  const alike = await coherency(model, images, explanations, options);
  const percentiles = percentilesOfArcc;
  return arccOf(alike, await road(model, images, explanations, { ...options, percentiles }));
}

async function requireProbability(
  metric: string,
  model: Explainable,
  explanations: readonly Judged[],
  options: CoherencyOptions,
): Promise<void> {
  const [parts] = await partsOf(model, options);
  for (const each of explanations)
    requireBounded(metric, watchedTarget(parts, each, options.target));
}

export const percentilesOfArcc = [20, 40, 60, 80] as const;

/** ARCC of what was measured already, ROAD at {@link percentilesOfArcc}. */
export function arccOf(
  alike: readonly Coherency[],
  removed: readonly Pick<Road, 'combined'>[],
): Composite[] {
  return alike.map(({ coherency, extent }, image) => {
    const evidence = Math.min(1, Math.max(0, 2 * removed[image]!.combined));
    return { coherency, extent, evidence, score: harmonicMean([coherency, 1 - extent, evidence]) };
  });
}

type Coherency = Pick<Composite, 'coherency' | 'extent'>;

/** How alike each map is to the map of the image seen through it, and how much of the image it takes. */
export async function coherency(
  model: Explainable,
  images: Tensor,
  explanations: readonly Judged[],
  options: CoherencyOptions = {},
): Promise<Coherency[]> {
  const [parts, { method, target, batch, signal }] = await partsOf(model, options);
  const seen = imagesFor(parts, images);
  const [, height, width] = seen.shape;
  const size = [height, width] as const;
  const maps = explanations.map(({ map }) => fuseMaps([map], size));
  const masked = tidy(() => {
    const masks = maps.map(({ values }) => tensor3d(values, [height, width, 1]));
    return asGiven(parts, mul(seen, stack(masks as Tensor3D[])));
  });
  seen.dispose();
  try {
    const explained = target ?? explanations[0]?.target;
    const again = await explain(parts, masked, {
      classIndex: explanations.map(({ classIndex }) => classIndex),
      ...(method && { method }),
      ...(explained && { target: explained }),
      ...(batch !== undefined && { batch }),
      ...(signal && { signal }),
    });
    return maps.map(({ values }, image) => {
      const other = fuseMaps([again[image]!.map], size);
      return {
        coherency: (correlation(other.values, values) + 1) / 2,
        extent: values.reduce((sum, value) => sum + value, 0) / values.length,
      };
    });
  } finally {
    masked.dispose();
  }
}

function harmonicMean(values: readonly number[]): number {
  return values.length / values.reduce((sum, value) => sum + 1 / (value + 1e-8), 0);
}
