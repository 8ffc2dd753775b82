import type { GraphNode } from '../graph/node';
import { scalar } from '../operators/elementwise';
import { add, multiply, rsqrt, subtract } from './elementwise';
import type { KernelCall, Translations } from './kernel';

export const normalizationKernels: Translations = {
  // scale * (x - mean) / sqrt(variance + epsilon) + offset, folded into one product and one sum.
  FusedBatchNorm: ({ inputs, attrs }: KernelCall<{ varianceEpsilon: number }>) => {
    const { x, mean, variance, offset, scale } = inputs as Record<string, GraphNode>;
    const rate = rsqrt(add(variance!, scalar(attrs.varianceEpsilon)));
    const factor = scale === undefined ? rate : multiply(rate, scale);
    const shift = multiply(mean!, factor);
    const term = offset === undefined ? multiply(shift, scalar(-1)) : subtract(offset, shift);
    return add(multiply(x!, factor), term);
  },
};
