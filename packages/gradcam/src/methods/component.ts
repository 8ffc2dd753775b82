import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';

/** Computes the first principal component of weighted features, for each image. */
export async function componentOf(weighted: () => Tensor): Promise<Tensor3D> {
  const { eachWeighted, principalComponent } = await import('../algebra/components');
  return eachWeighted(weighted, principalComponent);
}
