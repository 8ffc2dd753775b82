import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Evidence, gradientOf, logitsFrom } from '../evidence';
import { type Method, mapOf } from './method';

/** Computes a method's map for images other than those of the evidence, for the same score. The caller disposes the map. */
export async function mapOfImages(
  method: Method,
  evidence: Evidence,
  images: Tensor4D,
): Promise<Tensor3D> {
  const { parts, score } = evidence;
  const cut = parts.forward(images);
  const { features, side } = cut;
  const made: Pick<Tensor, 'dispose'>[] = [cut];
  try {
    const { gradient, logits } = method.needsGradient
      ? await gradientOf(parts, cut, score)
      : { gradient: undefined, logits: logitsFrom(parts, cut) };
    made.push(logits);
    if (gradient) made.push(gradient);
    return await mapOf(method, { ...evidence, images, features, side, gradient, logits });
  } finally {
    for (const each of made) each.dispose();
  }
}
