import { createHash } from 'node:crypto';
import type { Extractor } from './extractor';

/** Everything that an extractor's features depend on except photo, preprocessing, engine and precision. Part of the names of caches. */
export function identityOf({ backbone: { name, weights }, pooling, taps }: Extractor): object {
  const identity = { name, sha256: weights.sha256 };
  if (pooling === 'average' || pooling === 'mean') return identity;
  if (pooling !== 'covariance') return { ...identity, pooling };
  const frame = createHash('sha256');
  for (const { layer, center, directions } of taps)
    frame.update(layer).update(center).update(directions);
  return { ...identity, frame: frame.digest('hex') };
}

/** How an extractor's features are computed. Part of the names of caches: integers of other ranges compute other features. */
export function computingOf({ int8 }: Pick<Extractor, 'int8'>): object {
  if (!int8) return { computes: 'float32' };
  const ranges = JSON.stringify([...int8.ranges]);
  return { computes: 'int8', ranges: createHash('sha256').update(ranges).digest('hex') };
}
