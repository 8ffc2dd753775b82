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
 * Runs a computation with gradients as they should be: those that TensorFlow.js has not, or has wrong, are others (see
 * `missingGradients`), and batch norms may be without a scale; and without gradients of convolutions by their filters, which no map needs.
 *
 * It is synchronous, so nobody else sees this, and TensorFlow.js has its own back whatever happens.
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

/** A backward pass that fails leaves behind what it would have read. */
function forgetTape(): void {
  const { state } = engine();
  for (const { saved = [] } of state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
  state.activeTape = [];
}

/** Runs `compute` with other gradients of some operations; TensorFlow.js has its own back whatever happens. */
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
  // Without this, TensorFlow.js says on the console that a gradient is replaced.
  if (getGradient(name)) unregisterGradient(name);
  if (gradient) registerGradient(gradient);
}

/**
 * Runs `compute` without paying for gradients of convolutions by their filters.
 *
 * A fused convolution computes the gradients of all of its inputs at once, also the one by its filter; some engines, such
 * as wasm, have no kernel for it. While `compute` runs, zeros stand in for it.
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
 * Runs `compute` with batch norms that have a scale and an offset. Where there is none, TensorFlow.js differentiates by it all
 * the same, and fails: ones and zeros stand in.
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
