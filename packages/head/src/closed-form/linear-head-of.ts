import { tensor1d, tensor2d, transpose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HeadOptions } from '../head';
import { linearHead } from '../linear-head';

/** A linear head with these weights, `[K, channels]`, and biases, `[K]`. */
export function linearHeadOf(
  channels: number,
  weights: Float64Array,
  biases: Float64Array,
  { name }: Pick<HeadOptions, 'name'>,
): LayersModel {
  const classes = biases.length;
  const head = linearHead(channels, classes, name === undefined ? {} : { name });
  const rows = tensor2d(Float32Array.from(weights), [classes, channels]);
  const values = [transpose(rows), tensor1d(Float32Array.from(biases))];
  head.setWeights(values);
  for (const value of [rows, ...values]) value.dispose();
  return head;
}
