import { readFileSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { relativeError, type Sample } from './sample';

export type { Sample } from './sample';

export function readReference<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./reference/${name}`, import.meta.url), 'utf8')) as T;
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
