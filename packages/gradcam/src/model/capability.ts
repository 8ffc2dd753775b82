import { getBackend, type Tensor } from '@tensorflow/tfjs-core';
import type { Capabilities } from './capability-check';
import { imagesFor } from './images';
import { type Explainable, partsOf, type SourceOptions } from './source';

/**
 * Finds what an engine lacks for explaining a model. The function runs the second part once on the engine in use, and computes
 * its gradient if `engine` is that engine.
 *
 * @param model The model as for `explain`, prepared or not.
 * @param images The images as for `explain`; one is enough.
 * @param engine Name of a registered engine. Default: the engine in use.
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
