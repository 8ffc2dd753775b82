import {
  getBackend,
  getKernel,
  type KernelConfig,
  registerKernel,
  unregisterKernel,
  zeros,
} from '@tensorflow/tfjs-core';
import { withGradients } from './gradients';
import { loadedGradients } from './loaded-gradients';

const filterGradients = ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter'] as const;

/**
 * Runs `compute` without paying for gradients of convolutions by their filters, which no heat map needs, and with the gradients
 * that TensorFlow.js has not or has wrong.
 *
 * A fused convolution computes the gradients of all of its inputs at once, also the one by its filter; some engines, such
 * as wasm, have no kernel for it. While `compute` runs, zeros stand in for it. It is synchronous, so nobody else sees this,
 * and the engine has its own kernels back whatever happens.
 *
 * @throws GradientError when there is a gradient that cannot be computed.
 */
export function withoutFilterGradients<T>(compute: () => T): T {
  const { missingGradients, explained } = loadedGradients();
  const engine = getBackend();
  const own = filterGradients.map(name => getKernel(name, engine));
  try {
    filterGradients.forEach((kernelName, index) => {
      if (own[index]) unregisterKernel(kernelName, engine);
      registerKernel({ kernelName, backendName: engine, kernelFunc: noFilterGradient });
    });
    return withGradients(missingGradients(), compute);
  } catch (error) {
    throw explained(error);
  } finally {
    filterGradients.forEach((name, index) => {
      if (getKernel(name, engine)) unregisterKernel(name, engine);
      if (own[index]) registerKernel(own[index]);
    });
  }
}

const noFilterGradient: KernelConfig['kernelFunc'] = ({ attrs }) =>
  zeros((attrs as unknown as { filterShape: number[] }).filterShape);
