import {
  cast,
  div,
  equal,
  type GradConfig,
  mul,
  reshape,
  sum,
  type Tensor,
  util,
} from '@tensorflow/tfjs-core';

/**
 * Gradients of the maximum and the minimum along axes, as in global max pooling. If several values are equal, they share
 * the gradient, as in TensorFlow and JAX. TensorFlow.js gives each of them the whole gradient, so that a channel with
 * ten maxima would weigh ten times as much.
 */
export const sharedExtremes: readonly GradConfig[] = ['Max', 'Min'].map(kernelName => ({
  kernelName,
  inputsToSave: ['x'],
  outputsToSave: [true],
  gradFunc: (dy, [x, y], attrs) => {
    // `Max` and `Min` have different names for their axes.
    const { reductionIndices, axis } = attrs as Record<string, number | number[]>;
    const axes = util.parseAxisParam((reductionIndices ?? axis)!, x!.shape);
    const shape = x!.shape.map((length, at) => (axes.includes(at) ? 1 : length));
    return {
      x: () => {
        const reached = cast(equal(x!, reshape(y!, shape)), 'float32');
        return mul(reshape(dy as Tensor, shape), div(reached, sum(reached, axes, true)));
      },
    };
  },
}));
