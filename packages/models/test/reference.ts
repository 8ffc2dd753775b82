import { readFileSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Part of a tensor, as tools/reference/models.py stores it. */
export interface Sample {
  readonly shape: readonly number[];
  readonly largest: number;
  readonly samples: readonly number[];
}

export function readReference<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./reference/${name}`, import.meta.url), 'utf8')) as T;
}

/** How far values are from a reference: the furthest of the samples, as a share of the largest magnitude. */
function relativeError(values: Float32Array, reference: Sample): number {
  const furthest = reference.samples.reduce((most, expected, k) => {
    const difference = Math.abs(values[(k * 104729 + 17) % values.length]! - expected);
    return Math.max(most, difference);
  }, 0);
  return furthest / reference.largest;
}

/** A tensor has the reference's shape, and its values to a share of the largest. */
export async function expectClose(
  what: string,
  actual: Tensor,
  reference: Sample,
  tolerance: number,
): Promise<void> {
  expect([what, ...actual.shape]).toEqual([what, ...reference.shape]);
  const values = (await actual.data()) as Float32Array;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(Math.abs(largest / reference.largest - 1), `${what}, largest`).toBeLessThan(tolerance);
  expect(relativeError(values, reference), what).toBeLessThan(tolerance);
}
