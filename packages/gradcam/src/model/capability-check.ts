import {
  dispose,
  getBackend,
  getGradient,
  getKernel,
  profile,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { GradientError } from '../errors';
import { gradientOf, logitsFrom } from '../evidence';
import { missingGradients } from '../gradients/missing-gradients';
import type { Cut, PreparedModel } from './prepared';

export interface Capabilities {
  /** Kernels that the engine lacks for the second part of the model. No method runs without them. */
  readonly forward: readonly string[];
  /**
   * What else is missing for methods with a gradient: kernels of the engine, and operations for which TensorFlow.js has no gradient; or
   * the reason why the gradient could not be computed on the engine in use. Empty for a tap before global average pooling, even if the
   * engine has no gradient of a convolution.
   */
  readonly gradient: readonly string[];
}

/** Kernels that the gradient of an operation with respect to its input runs, and that an engine may lack. */
const backward: Readonly<Record<string, readonly string[]>> = {
  Conv2D: ['Conv2DBackpropInput'],
  FusedConv2D: ['Conv2DBackpropInput'],
  // Without its own kernel, the gradient is a convolution with the filter turned around.
  DepthwiseConv2dNative: ['Reverse', 'PadV2'],
  FusedDepthwiseConv2D: ['DepthwiseConv2dNativeBackpropInput'],
  MaxPool: ['MaxPoolGrad'],
  AvgPool: ['AvgPoolGrad'],
  ResizeBilinear: ['BatchMatMul', 'Transpose'],
  ResizeNearestNeighbor: ['BatchMatMul', 'Transpose'],
  StridedSlice: ['ScatterNd'],
  LRN: ['LRNGrad'],
  Relu: ['Step'],
  Relu6: ['Step'],
  Elu: ['EluGrad'],
};

/** Fused operations bring their own gradient. */
const fused = new Set(['FusedConv2D', 'FusedDepthwiseConv2D', '_FusedMatMul']);

/** Finds what `capabilities` reports, for images `[N, H, W, C]`. */
export async function lackingFor(
  parts: PreparedModel,
  images: Tensor4D,
  engine: string,
): Promise<Capabilities> {
  const cut = parts.forward(images);
  const made: Tensor[] = [];
  try {
    const profiled = await profile(() => {
      const logits: Tensor2D = logitsFrom(parts, cut);
      made.push(logits);
      return logits;
    });
    // Operations composed of several kernels are listed too, under a name that ends in `__op`.
    const kernelNames = profiled.kernelNames.filter(name => !name.endsWith('__op'));
    const lacks = (kernel: string) => getKernel(kernel, engine) === undefined;
    const given = new Set(missingGradients().map(({ kernelName }) => kernelName));
    // The mean over the positions is computed before the gradient begins.
    const differentiated = parts.pooled ? kernelNames.slice(1) : kernelNames;
    return {
      forward: unique(kernelNames.filter(lacks)),
      gradient: unique([
        ...differentiated.flatMap(kernel => backward[kernel] ?? []).filter(lacks),
        ...differentiated.filter(
          kernel => !fused.has(kernel) && !given.has(kernel) && !getGradient(kernel),
        ),
        ...(engine === getBackend() ? await attempted(parts, cut) : []),
      ]),
    };
  } finally {
    dispose(made);
    cut.dispose();
  }
}

/** Returns why the gradient of the logits cannot be computed; empty if it can. */
async function attempted(parts: PreparedModel, cut: Cut): Promise<string[]> {
  try {
    const { gradient, logits } = await gradientOf(parts, cut, all => sum(all, 1));
    dispose([gradient, logits]);
    return [];
  } catch (error) {
    if (!(error instanceof GradientError)) throw error;
    return [error.message];
  }
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];
