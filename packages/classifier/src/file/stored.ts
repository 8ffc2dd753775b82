import { decodeSafetensors, toFloat32 } from '@shroom/formats';
import type { ClassifierFile } from './schema';

/** Tensors by name. */
export type Tensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly values: Float32Array }
>;

/** A file of a classifier, and the hash of its bytes. */
export interface StoredFile {
  /** Path relative to the classifier's folder. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes?: number | undefined;
}

/** All files that a `classifier.json` names, in the order in which they are read. */
export const storedFiles = ({
  frames,
  ranges,
  novelty,
  head,
  extractors,
}: ClassifierFile): StoredFile[] => [
  ...[frames, ranges, novelty, head].filter(file => file !== undefined),
  ...extractors.flatMap(({ weights }) => weights.shards ?? []),
];

/**
 * Parses a safetensors file.
 *
 * @param source Name of the file in error messages.
 * @throws SafetensorsError when the bytes are not such a file.
 */
export function tensorsOf(bytes: Uint8Array, source: string): Tensors {
  const { tensors } = decodeSafetensors(bytes, { source });
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      { shape: tensor.shape, values: toFloat32(tensor.bytes, tensor, { source }) },
    ]),
  );
}
