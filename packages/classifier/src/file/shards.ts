import { type Backbone, createBackbone, readSafetensors } from '@shroom/models';
import { ClassifierFileError } from '../errors';
import type { ClassifierParts, ExtractorFacts } from './assemble';

/**
 * Loads a network whose weights are stored in pieces in the classifier's folder.
 *
 * @throws ClassifierFileError when a piece is missing or damaged.
 */
export async function backboneOfShards(
  { architecture, weights, preprocessing, pooling }: ExtractorFacts,
  { path, read }: Pick<ClassifierParts, 'path' | 'read'>,
): Promise<Backbone> {
  const { source, sha256, license, shards = [] } = weights;
  const file = new Uint8Array(shards.reduce((sum, { bytes }) => sum + bytes, 0));
  let start = 0;
  for (const shard of shards) {
    const bytes = await read(shard);
    if (bytes.length !== shard.bytes)
      throw new ClassifierFileError(
        path,
        `'${shard.path}' has ${bytes.length} bytes, not ${shard.bytes}.`,
      );
    file.set(bytes, start);
    start += bytes.length;
  }
  const { checkpoint } = readSafetensors(file, { source });
  const origin = { source, license, sha256 };
  const size = preprocessing.size;
  return createBackbone(
    architecture,
    { checkpoint, origin, preprocessing, folded: true },
    { size, pooled: pooling === 'attention' },
  );
}
