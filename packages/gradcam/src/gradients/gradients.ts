import {
  engine,
  type GradConfig,
  getBackend,
  getGradient,
  getKernel,
  type NamedTensorMap,
  onesLike,
  registerGradient,
  registerKernel,
  type Tensor,
  unregisterGradient,
  unregisterKernel,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { missingGradients } from './missing-gradients';

/**
 * Runs a computation with corrected gradients: gradients that TensorFlow.js lacks or computes wrongly are replaced
 * (see `missingGradients`), batch norms may lack a scale, and the gradients of convolutions with respect to their
 * filters are skipped, since no map needs them.
 *
 * The computation is synchronous, so no other code sees the replaced gradients, and TensorFlow.js's own gradients are always restored.
 *
 * @param others Gradients that replace those of some operations.
 */
export function corrected<T>(compute: () => T, others: readonly GradConfig[] = []): T {
  try {
    return withGradients(others, () =>
      withGradients(missingGradients(), () =>
        withoutFilterGradients(() => withWholeBatchNorms(compute)),
      ),
    );
  } catch (error) {
    forgetTape();
    throw error;
  }
}

/** A failed backward pass leaves tensors behind that it would have read; this function disposes them. */
function forgetTape(): void {
  const { state } = engine();
  for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
  state.activeTape = [];
}

/** Runs `compute` with replaced gradients of some operations. TensorFlow.js's own gradients are always restored. */
function withGradients<T>(others: readonly GradConfig[], compute: () => T): T {
  const own = others.map(({ kernelName }) => [kernelName, getGradient(kernelName)] as const);
  try {
    for (const gradient of others) replace(gradient.kernelName, gradient);
    return compute();
  } finally {
    for (const [name, gradient] of own) replace(name, gradient);
  }
}

function replace(name: string, gradient: GradConfig | undefined): void {
  // TensorFlow.js warns on the console when a registered gradient is replaced, so the old one is unregistered first.
  if (getGradient(name)) unregisterGradient(name);
  if (gradient) registerGradient(gradient);
}

/**
 * Runs `compute` without computing the gradients of convolutions with respect to their filters.
 *
 * The gradient of a fused convolution computes the gradients of all inputs at once, including the filter's, and some engines, such as wasm,
 * have no kernel for that one. While `compute` runs, zeros replace the gradients with respect to filters.
 */
function withoutFilterGradients<T>(compute: () => T): T {
  const backendName = getBackend();
  const own = ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter'].map(kernelName => {
    const kernel = getKernel(kernelName, backendName);
    if (kernel) unregisterKernel(kernelName, backendName);
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ attrs }) => zeros((attrs as unknown as { filterShape: number[] }).filterShape),
    });
    return [kernelName, kernel] as const;
  });
  try {
    return compute();
  } finally {
    for (const [kernelName, kernel] of own) {
      unregisterKernel(kernelName, backendName);
      if (kernel) registerKernel(kernel);
    }
  }
}

/**
 * Runs `compute` with batch norms that all have a scale and an offset. TensorFlow.js differentiates with respect to a missing scale or
 * offset too, and fails; ones and zeros replace them here.
 */
function withWholeBatchNorms<T>(compute: () => T): T {
  const running = engine();
  const own = running.runKernel;
  running.runKernel = ((kernelName, inputs: BatchNorm, attrs) =>
    own.call(
      running,
      kernelName,
      kernelName === 'FusedBatchNorm'
        ? {
            ...inputs,
            scale: inputs.scale ?? onesLike(inputs.variance),
            offset: inputs.offset ?? zerosLike(inputs.mean),
          }
        : inputs,
      attrs,
    )) as typeof own;
  try {
    return compute();
  } finally {
    running.runKernel = own;
  }
}

interface BatchNorm extends NamedTensorMap {
  readonly mean: Tensor;
  readonly variance: Tensor;
}
