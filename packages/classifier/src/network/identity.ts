import { createHash } from 'node:crypto';
import type { Extractor } from './extractor';

/** Everything that an extractor's features depend on except photo, preprocessing and engine. Part of the names of caches. */
export function identityOf({ backbone: { name, weights }, pooling, taps }: Extractor): object {
  const identity = { name, sha256: weights.sha256 };
  if (pooling === 'average' || pooling === 'mean') return identity;
  if (pooling !== 'covariance') return { ...identity, pooling };
  const frame = createHash('sha256');
  for (const { layer, center, directions } of taps)
    frame.update(layer).update(center).update(directions);
  return { ...identity, frame: frame.digest('hex') };
}
