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
 * Gradients of the largest and the smallest value along axes, as of global max pooling. Where several are alike, each has its
 * share, as in TensorFlow and JAX; TensorFlow.js gives the whole to each, so that a channel with ten of them weighs ten times.
 */
export const sharedExtremes: readonly GradConfig[] = ['Max', 'Min'].map(kernelName => ({
  kernelName,
  inputsToSave: ['x'],
  outputsToSave: [true],
  gradFunc: (dy, [x, y], attrs) => {
    // The largest and the smallest name their axes differently.
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
