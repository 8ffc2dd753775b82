import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { listPretrained } from '../pretrained';
import { hashInName, noteIn, partEnding } from './hub-part';
import { sha256Of } from './sha256';
import { findWeightsSource } from './sources/table';
import type { SourceOptions } from './sources/weights-source';
import { readTfjsFiles } from './tfjs-files';

/** The hash of weights on this machine. */
export interface VerifiedWeights {
  /** Path of the file. */
  readonly path: string;
  /** SHA-256 of the content as it is on the disk now. */
  readonly sha256: string;
  /** The hash that the content should have. Absent if it is not known. */
  readonly expected?: string;
}

/**
 * Reads weights from the disk and computes their hash, to find files that were damaged after the download. Nothing is downloaded.
 *
 * @param source What `openWeights` takes, or an id of `listPretrained()`.
 * @returns Undefined if the weights are not on this machine.
 * @example
 * ```ts
 * const found = await verifyWeights('resnet50.keras');
 * if (found && found.sha256 !== found.expected) console.warn(`${found.path} is damaged`);
 * ```
 */
export async function verifyWeights(
  source: string,
  options: SourceOptions = {},
): Promise<VerifiedWeights | undefined> {
  const known = listPretrained().find(({ id }) => id === source);
  const address = known?.source ?? source;
  const offline = { ...options, env: { ...(options.env ?? process.env), HF_HUB_OFFLINE: '1' } };
  const found = findWeightsSource(address);
  if (!(await found.needs(address, offline)).here) return undefined;
  const path = await found.fetch(address, offline);
  if (path.endsWith('.json')) {
    const { sha256 } = await readTfjsFiles(path);
    return { path, sha256, ...(known?.sha256 !== undefined && { expected: known.sha256 }) };
  }
  const place = await realpath(path);
  const part = place.endsWith(partEnding) ? await noteIn(dirname(place)) : undefined;
  const expected = known?.sha256 ?? part?.sha256 ?? hashInName(basename(place));
  return { path, sha256: await sha256Of(path), ...(expected !== undefined && { expected }) };
}
