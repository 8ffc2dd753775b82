import {
  add,
  exp,
  type GradConfig,
  logSoftmax,
  mul,
  neg,
  sigmoid,
  softmax,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tanh,
} from '@tensorflow/tfjs-core';
import { averaged } from './missing-gradients';

/**
 * Gradients that can be differentiated again correctly. TensorFlow.js's gradients keep the operation's output and record that copy before
 * the operation itself, so that a second derivative silently bypasses the operation. These gradients keep the input instead.
 */
export const twiceDifferentiable: readonly GradConfig[] = [
  ofInput('Exp', 'x', (dy, x) => mul(dy, exp(x))),
  ofInput('Sigmoid', 'x', (dy, x) => mul(dy, mul(sigmoid(x), sigmoid(neg(x))))),
  ofInput('Tanh', 'x', (dy, x) => mul(dy, sub(1, mul(tanh(x), tanh(x))))),
  ofInput('Softmax', 'logits', (dy, z) => {
    const share = mul(dy, softmax(z));
    return sub(share, mul(sum(share, -1, true), softmax(z)));
  }),
  ofInput('LogSoftmax', 'logits', (dy, z) => sub(dy, mul(sum(dy, -1, true), exp(logSoftmax(z))))),
  {
    kernelName: 'AvgPool',
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => averaged(dy as Tensor4D, saved, attrs),
  },
  ofInput('Elu', 'x', (dy, x) => mul(dy, add(step(x), mul(step(neg(x)), exp(x))))),
];

function ofInput(
  kernelName: string,
  input: string,
  gradient: (dy: Tensor, value: Tensor) => Tensor,
): GradConfig {
  return {
    kernelName,
    inputsToSave: [input],
    gradFunc: (dy, [value]) => ({ [input]: () => gradient(dy as Tensor, value!) }),
  };
}
