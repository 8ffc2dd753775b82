import { customGrad, type Tensor } from '@tensorflow/tfjs-core';

/** Returns the tensor unchanged, and reports the gradient that arrives at it. */
export function observed(tensor: Tensor, tell: (gradient: Tensor) => void): Tensor {
  return customGrad(value => ({
    value: (value as Tensor).clone(),
    gradFunc: (gradient: Tensor) => {
      tell(gradient);
      return gradient;
    },
  }))(tensor);
}
