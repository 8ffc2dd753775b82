import { createHash } from 'node:crypto';
import type { Sketch } from '../copies/sketch';
import type { StoredOrigin } from '../origin';
import type { Finding } from '../photo';
import { readBytes } from './bytes';
import { look } from './decode';
import type { DecodeOptions } from './decode-options';
import { type ExaminedPhoto, isOfTheFile } from './examination';

/** What opening a set needs to know about a file. */
export type KnownFile =
  | Pick<Extract<ExaminedPhoto, { readonly sha256: string }>, 'sha256' | 'converted' | 'problem'>
  | { readonly problem: string };

/** What reading the file of a photo has told. */
export interface CheckedFile {
  /** Hash of the file, if it is usable. */
  readonly sha256?: string;
  readonly sketch?: Sketch;
  readonly finding?: Finding;
}

/**
 * Reads and decodes the file of a photo, unless an examination has told what that would tell. A photo that cannot be used is a finding.
 *
 * @throws what reading throws for another reason than the file itself, such as a disk or a network that does not answer.
 */
export async function checkFile(
  { id, origin }: { readonly id: string; readonly origin: StoredOrigin },
  {
    decoding,
    examined,
  }: {
    readonly decoding?: DecodeOptions;
    readonly examined?: (id: string) => ExaminedPhoto | undefined;
  },
): Promise<CheckedFile> {
  const known = examined?.(id);
  if (known) return ofKnown(id, known);
  try {
    const bytes = await readBytes(origin);
    const seen = await look(bytes, decoding);
    return usable(id, createHash('sha256').update(bytes).digest('hex'), seen);
  } catch (error) {
    if (!isOfTheFile(error)) throw error;
    return { finding: { kind: 'quarantined', subject: id, reason: (error as Error).message } };
  }
}

/** The same from what is known. */
export const ofKnown = (id: string, known: KnownFile | ExaminedPhoto): CheckedFile =>
  known.problem === undefined
    ? usable(id, known.sha256, known)
    : { finding: { kind: 'quarantined', subject: id, reason: known.problem } };

function usable(
  id: string,
  sha256: string,
  { converted, sketch }: { readonly converted: readonly string[]; readonly sketch?: Sketch },
): CheckedFile {
  const file = { sha256, ...(sketch && { sketch }) };
  if (converted.length === 0) return file;
  return { ...file, finding: { kind: 'converted', subject: id, reason: converted.join(', ') } };
}
