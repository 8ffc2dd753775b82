import { getBackend, type Tensor } from '@tensorflow/tfjs-core';
import type { Capabilities } from './capability-check';
import { imagesFor } from './images';
import { type Explainable, partsOf, type SourceOptions } from './source';

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
