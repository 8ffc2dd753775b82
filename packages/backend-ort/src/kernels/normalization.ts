import type { GraphNode } from '../graph/node';
import { add, divide, multiply, rsqrt, subtract } from '../operators/arithmetic';
import { allButLast, channelAffine, channelDot } from '../operators/channels';
import { scalar } from '../operators/elementwise';
import { reduce } from '../operators/reduction';
import { reshape } from '../operators/shape';
import type { KernelCall, Translations } from './kernel';

/** A kernel that only {@link batchNormGradient} uses, and that is not a kernel of tfjs. */
export const batchNormGradientKernel = 'OrtBatchNormGradient';

export const normalizationKernels: Translations = {
  // scale * (x - mean) / sqrt(variance + epsilon) + offset, rewritten as one product and one sum.
  FusedBatchNorm: ({ inputs, attrs }: KernelCall<{ varianceEpsilon: number }>) => {
    const { x, mean, variance, offset, scale } = inputs as Record<string, GraphNode>;
    const rate = rsqrt(add(variance!, scalar(attrs.varianceEpsilon)));
    const factor = scale === undefined ? rate : multiply(rate, scale);
    if (isMeanOf(mean!, x!)) {
      // In training the centered batch exists already, because the variance and the gradient need it.
      return channelAffine(subtract(x!, mean!), factor, offset);
    }
    const shift = multiply(mean!, factor);
    const term = offset === undefined ? multiply(shift, scalar(-1)) : subtract(offset, shift);
    // If the numbers are constant, ONNX Runtime makes this product and this sum part of the convolution before.
    return add(multiply(x!, factor), term);
  },
};

interface GradientAttrs {
  readonly varianceEpsilon: number;
  /** Whether mean and variance were computed from `x`, so that they depend on `x`. */
  readonly ofBatch: boolean;
  /** The input with respect to which the gradient is computed. */
  readonly by: 'x' | 'scale' | 'offset';
}

/**
 * The gradient of a batch norm with respect to its input, its scale or its offset. The common part of the three gradients
 * is written only once when the graph is compiled.
 *
 * With batch statistics, `dx = scale * r * (dy - mean(dy) - d * r^2 * mean(dy * d))`, where `d = x - mean` and
 * `r = 1 / sqrt(variance + epsilon)`.
 *
 * @see Ioffe and Szegedy 2015, section 3. https://arxiv.org/abs/1502.03167
 */
export function batchNormGradient({ inputs, attrs }: KernelCall<GradientAttrs>): GraphNode {
  const { dy, x, mean, variance, scale } = inputs as Record<string, GraphNode>;
  const rate = rsqrt(add(variance!, scalar(attrs.varianceEpsilon)));
  const factor = scale === undefined ? rate : multiply(rate, scale);
  const centered = subtract(x!, mean!);
  const sum = reduce('ReduceSum', dy!, allButLast(dy!.rank), false);
  const product = dotPerChannel(dy!, centered);
  if (attrs.by === 'offset') return sum;
  if (attrs.by === 'scale') return multiply(product, rate);
  if (!attrs.ofBatch) return multiply(dy!, factor);
  const count = scalar(dy!.size / sum.size);
  const slope = divide(multiply(multiply(factor, multiply(rate, rate)), product), count);
  const level = divide(multiply(factor, sum), count);
  return subtract(
    channelAffine(dy!, factor, multiply(level, scalar(-1))),
    channelAffine(centered, slope),
  );
}

function dotPerChannel(a: GraphNode, b: GraphNode): GraphNode {
  if (a.rank >= 3) return channelDot(a, b);
  return reduce('ReduceSum', multiply(a, b), allButLast(a.rank), false);
}

/** Whether the graph computes `mean` as the mean of `x` over all axes except the last. */
export function isMeanOf(mean: GraphNode, x: GraphNode): boolean {
  const source = throughReshape(mean);
  const axes = source.attributes.axes as readonly number[] | undefined;
  return (
    source.operator?.name === 'ReduceMean' &&
    source.inputs[0] === x &&
    axes?.length === x.rank - 1 &&
    !axes.includes(x.rank - 1)
  );
}

/** Whether `variance` is the mean squared distance of `x` from its mean. */
export function isVarianceOf(variance: GraphNode, x: GraphNode): boolean {
  const source = throughReshape(variance);
  const squares = source.inputs[0];
  const form = `${source.operator?.name} ${squares?.operator?.name}`;
  if (form !== 'Mul ChannelDot' && form !== 'ReduceMean Mul') return false;
  const [centered, same] = squares!.inputs as [GraphNode?, GraphNode?];
  if (centered !== same) return false;
  const [from, mean] = (centered?.inputs ?? []) as [GraphNode?, GraphNode?];
  return centered?.operator?.name === 'Sub' && from === x && isMeanOf(mean!, x);
}

function throughReshape(x: GraphNode): GraphNode {
  return x.operator?.name === 'Reshape' && x.inputs.length > 0 ? x.inputs[0]! : x;
}

/** The mean of squares over all axes except the last, as matrix products, so that the squares are never stored. */
export function meanSquare(x: GraphNode, keepDims: boolean): GraphNode {
  const channels = x.shape.at(-1)!;
  const mean = multiply(channelDot(x, x), scalar(channels / x.size));
  return keepDims ? reshape(mean, [...allButLast(x.rank).map(() => 1), channels]) : mean;
}
