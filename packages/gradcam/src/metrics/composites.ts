import {
  gather,
  mul,
  stack,
  type Tensor,
  type Tensor3D,
  tensor1d,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { type ExplainOptions, type Explanation, explain } from '../explain';
import { asGiven, imagesFor } from '../model/images';
import { type Explainable, partsOf } from '../model/source';
import { fuseMaps } from '../pictures/fusion';
import type { Target } from '../targets/target';
import { type ConfidenceChange, confidenceChange, confidenceChangeOf } from './confidence';
import { correlation } from './correlation';
import type { MetricInput } from './metric';
import { type Road, type RoadOptions, road, roadAt, roadOf, usualPercentiles } from './road';
import {
  type ClassMap,
  checkExplanations,
  type MetricOptions,
  requireBounded,
  watchedTarget,
} from './subject';

export interface CoherencyOptions extends MetricOptions {
  /** The method that made the maps. It also explains the masked images. Default Grad-CAM. */
  readonly method?: ExplainOptions['method'];
}

/** A single score for whether a map is coherent, simple and relevant to the score. */
export interface Composite {
  /** How similar the map is to the map of the image seen through it, 0 to 1. */
  readonly coherency: number;
  /** Mean of the map scaled to 0 to 1: how much of the image it covers. */
  readonly extent: number;
  /** How relevant the map is to the score: the relative drop for ADCC; twice ROAD, clipped to 0 to 1, for ARCC. */
  readonly evidence: number;
  /** Harmonic mean of the three, each oriented so that more is better; 0 to 1. */
  readonly score: number;
}

/** See `adcc` in coherency.ts. */
export async function adcc(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: CoherencyOptions = {},
): Promise<Composite[]> {
  await requireProbability('adcc', model, explanations, options);
  const alike = await coherency(model, images, explanations, options);
  return adccOf(alike, await confidenceChange(model, images, explanations, options));
}

/** Computes ADCC's scores for the maps that are being measured. */
export async function adccScores(input: MetricInput): Promise<number[]> {
  const alike = await input.once(coherencyOf);
  return adccOf(alike, await input.once(confidenceChangeOf)).map(({ score }) => score);
}

/** Computes ADCC from values that were measured already. */
function adccOf(
  alike: readonly Coherency[],
  drops: readonly Pick<ConfidenceChange, 'relativeDrop'>[],
): Composite[] {
  return alike.map(({ coherency, extent }, image) => {
    const { relativeDrop } = drops[image]!;
    const score = harmonicMean([coherency, 1 - extent, 1 - relativeDrop]);
    return { coherency, extent, evidence: relativeDrop, score };
  });
}

/** See `arcc` in coherency.ts. */
export async function arcc(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
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
  explanations: readonly ClassMap[],
  options: CoherencyOptions,
): Promise<void> {
  const [parts] = await partsOf(model, options);
  await checkExplanations(explanations, explanations?.length);
  for (const each of explanations)
    requireBounded(metric, watchedTarget(parts, each, options.target));
}

/** Computes ARCC's scores for the maps that are being measured. */
export async function arccScores(input: MetricInput): Promise<number[]> {
  const { parts, images, explanations, options } = input;
  const { percentiles = usualPercentiles } = options;
  const wanted = percentilesOfArcc;
  const removed = wanted.every(percent => percentiles.includes(percent))
    ? (await input.once(roadOf)).map(each => roadAt(each, percentiles, wanted))
    : await road(parts, images, explanations, { ...options, percentiles: wanted });
  return arccOf(await input.once(coherencyOf), removed).map(({ score }) => score);
}

/** Computes the coherency of the maps that are being measured. The masked images are explained with the same method and target. */
const coherencyOf = ({ parts, images, explanations, options }: MetricInput) => {
  const { explained } = options;
  const how = { ...options, ...(explained && { target: explained }) };
  return coherency(parts, images, explanations, how);
};

const percentilesOfArcc = [20, 40, 60, 80] as const;

/** Computes ARCC from values that were measured already, with ROAD at {@link percentilesOfArcc}. */
function arccOf(
  alike: readonly Coherency[],
  removed: readonly Pick<Road, 'combined'>[],
): Composite[] {
  return alike.map(({ coherency, extent }, image) => {
    const evidence = Math.min(1, Math.max(0, 2 * removed[image]!.combined));
    return { coherency, extent, evidence, score: harmonicMean([coherency, 1 - extent, evidence]) };
  });
}

type Coherency = Pick<Composite, 'coherency' | 'extent'>;

/** See `coherency` in coherency.ts. */
export async function coherency(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: CoherencyOptions = {},
): Promise<Coherency[]> {
  const [parts, { method, target, batch, signal }] = await partsOf(model, options);
  const seen = await imagesFor(parts, images);
  const [count, height, width] = seen.shape;
  try {
    await checkExplanations(explanations, count);
  } catch (error) {
    seen.dispose();
    throw error;
  }
  const size = [height, width] as const;
  const maps = explanations.map(({ map }) => fuseMaps([map], size));
  const masked = tidy(() => {
    const masks = maps.map(({ values }) => tensor3d(values, [height, width, 1]));
    return asGiven(parts, mul(seen, stack(masks as Tensor3D[])));
  });
  seen.dispose();
  const again: Explanation[] = [];
  try {
    for (const [explained, own] of byTarget(explanations, target)) {
      const rows = tidy(() =>
        own.length < count ? gather(masked, tensor1d(own, 'int32')) : masked.clone(),
      );
      try {
        const found = await explain(parts, rows, {
          classIndex: own.map(image => explanations[image]!.classIndex),
          ...(method && { method }),
          ...(explained && { target: explained }),
          ...(batch !== undefined && { batch }),
          ...(signal && { signal }),
        });
        found.forEach((each, row) => {
          again[own[row]!] = each;
        });
      } finally {
        rows.dispose();
      }
    }
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

/** Groups the images by the target that was explained. */
function byTarget(
  explanations: readonly ClassMap[],
  wanted: Target | undefined,
): Map<Target | undefined, number[]> {
  const groups = new Map<Target | undefined, number[]>();
  for (const [image, each] of explanations.entries()) {
    const target = wanted ?? each.target;
    groups.set(target, [...(groups.get(target) ?? []), image]);
  }
  return groups;
}

function harmonicMean(values: readonly number[]): number {
  return values.length / values.reduce((sum, value) => sum + 1 / (value + 1e-8), 0);
}
