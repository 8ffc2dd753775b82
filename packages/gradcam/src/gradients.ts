import {
  add,
  exp,
  type GradConfig,
  getGradient,
  logSoftmax,
  mul,
  neg,
  registerGradient,
  sigmoid,
  softmax,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tanh,
  unregisterGradient,
} from '@tensorflow/tfjs-core';
import { loadedGradients } from './loaded-gradients';

/**
 * Runs `compute` with other gradients of some operations. It is synchronous, so nobody else sees this, and TensorFlow.js has
 * its own back whatever happens.
 */
export function withGradients<T>(others: readonly GradConfig[], compute: () => T): T {
  const own = others.map(({ kernelName }) => [kernelName, getGradient(kernelName)] as const);
  try {
    for (const gradient of others) replace(gradient);
    return compute();
  } finally {
    for (const [name, gradient] of own) {
      if (gradient) replace(gradient);
      else if (getGradient(name)) unregisterGradient(name);
    }
  }
}

function replace(gradient: GradConfig): void {
  // Without this, TensorFlow.js says on the console that a gradient is replaced.
  if (getGradient(gradient.kernelName)) unregisterGradient(gradient.kernelName);
  registerGradient(gradient);
}

/**
 * Gradients whose own gradient is right. TensorFlow.js's keep the operation's output, and record that copy before the
 * operation itself: a second derivative then goes past the operation without a word. These keep the input.
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
    gradFunc: (dy, saved, attrs) => loadedGradients().averaged(dy as Tensor4D, saved, attrs),
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
