import { getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { imagesFor } from './images';
import { type Explainable, partsOf, type SourceOptions } from './source';

export interface Capabilities {
  /** Kernels that the engine lacks for the second part of the model; no method runs without them. */
  readonly forward: readonly string[];
  /**
   * What a method with a gradient lacks besides: kernels of the engine, and operations for which TensorFlow.js has no gradient;
   * or why the gradient could not be computed on the engine in use. Empty for a tap before global average pooling, even where
   * the engine has no gradient of a convolution.
   */
  readonly gradient: readonly string[];
}

/**
 * What an engine lacks for explaining a model. Runs the second part once with the engine in use, and takes its gradient where
 * `engine` is that one.
 *
 * @param model As for `explain`, or prepared.
 * @param images As for `explain`; one is enough.
 * @param engine A registered engine. Default: the one in use.
 * @example
 * ```ts
 * const { forward, gradient } = await capabilities(model, images, 'wasm');
 * if (forward.length > 0) throw new Error(`wasm lacks ${forward.join(', ')}.`);
 * const method = gradient.length > 0 ? reciproCam() : gradCam(); // Recipro-CAM needs no gradient
 * ```
 */
export async function capabilities(
  model: Explainable,
  images: Tensor,
  engine: string = getBackend(),
  options: SourceOptions = {},
): Promise<Capabilities> {
  const [parts] = await partsOf(model, options);
  const seen = await imagesFor(parts, images);
  try {
    return await (await import('./capability-check')).lackingFor(parts, seen, engine);
  } finally {
    seen.dispose();
  }
}
