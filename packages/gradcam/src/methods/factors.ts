import { type Tensor4D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { nonNegativeFactors } from '../algebra/nonnegative';
import type { HeatMap } from '../explain';
import { coveredBy } from '../model/covered';
import type { PreparedModel } from '../model/prepared';

export interface Factorization {
  /** Where each concept is in each image: `maps[image][concept]`, at least 0. Values are comparable between images. */
  readonly maps: readonly (readonly HeatMap[])[];
  readonly concepts: readonly Concept[];
}

/** A concept: features that several positions have in common. */
export interface Concept {
  /** Features `[C]` of the concept. */
  readonly features: Float32Array;
  /** Logits `[K]` of a feature map that equals this concept at every position; present if the tap is pooled. */
  readonly logits?: Float32Array;
}

/** Finds the concepts in images `[N, H, W, C]`, for `factorize`. */
export async function factorsOf(
  parts: PreparedModel,
  images: Tensor4D,
  count: number,
  seed: number,
): Promise<Factorization> {
  const cut = parts.forward(images);
  const [batch, height, width, channels] = cut.features.shape;
  const values = (await cut.features.data()) as Float32Array;
  cut.dispose();
  const part = parts.ofPatches && coveredBy(parts.ofPatches, images);
  part?.seen.dispose();
  const places = batch * height * width;
  const lowest = new Float32Array(channels).fill(Infinity);
  for (let i = 0; i < values.length; i++)
    lowest[i % channels] = Math.min(lowest[i % channels]!, values[i]!);
  const shifted = values.map((value, i) => value - lowest[i % channels]!);
  const { left, right } = nonNegativeFactors(
    { values: shifted, rows: places, columns: channels },
    count,
    seed,
  );
  const features = right.map(row => row.map((value, channel) => value + lowest[channel]!));
  const logits = parts.pooled ? await logitsOf(parts, features) : undefined;
  const size = height * width;
  return {
    maps: Array.from({ length: batch }, (_, image) =>
      left.map(column => ({
        values: column.slice(image * size, (image + 1) * size),
        height,
        width,
        ...(part && { covers: part.covers }),
      })),
    ),
    concepts: features.map((own, index) => ({
      features: own,
      ...(logits && { logits: logits[index]! }),
    })),
  };
}

async function logitsOf(
  parts: PreparedModel,
  features: readonly Float32Array[],
): Promise<Float32Array[]> {
  const logits = tidy(() => parts.pooledTail(tensor2d(features.map(row => Array.from(row)))));
  const values = (await logits.data()) as Float32Array;
  logits.dispose();
  return features.map((_, row) => values.slice(row * parts.classes, (row + 1) * parts.classes));
}
