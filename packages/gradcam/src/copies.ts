import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Evidence, gradientOf, logitsFrom } from './evidence';
import { type Method, mapOf } from './method';

/** A method's map of other images than those that the evidence is about, of the same score. The caller disposes it. */
export async function mapOfImages(
  method: Method,
  evidence: Evidence,
  images: Tensor4D,
): Promise<Tensor3D> {
  const { parts, score } = evidence;
  const cut = parts.forward(images);
  try {
    const { features, side } = cut;
    const { gradient, logits } = method.needsGradient
      ? await gradientOf(parts, cut, score)
      : { gradient: undefined, logits: logitsFrom(parts, cut) };
    try {
      return await mapOf(method, { ...evidence, images, features, side, gradient, logits });
    } finally {
      gradient?.dispose();
      logits.dispose();
    }
  } finally {
    cut.dispose();
  }
}
