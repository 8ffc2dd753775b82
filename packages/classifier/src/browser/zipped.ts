import { openZip, ZipError } from '@shroom/formats';
import { ClassifierFileError } from '../errors';

/** Reads a file of a classifier by its path below the folder of `classifier.json`. */
export type ReadFile = (path: string, bytes?: number) => Promise<Uint8Array>;

/** Largest size of `classifier.json` in bytes. */
const mostText = 10e6;

/**
 * Opens a zip of a classifier. The zip may have one top folder around its files.
 *
 * @param place Name or address of the zip, for error messages.
 * @throws ClassifierFileError when it is no zip, is damaged, or has no `classifier.json`.
 */
export async function openZipped(
  zip: Blob,
  place: string,
): Promise<{ readonly text: string; readonly read: ReadFile }> {
  const archive = await refused(place, openZip(zip, { source: place }));
  const found = archive.paths.find(path => /^([^/]+\/)?classifier\.json$/.test(path));
  if (found === undefined)
    throw new ClassifierFileError(place, 'there is no classifier.json in it.');
  const folder = found.slice(0, -'classifier.json'.length);
  const read: ReadFile = (path, most) => refused(place, archive.read(folder + path, most));
  return { text: new TextDecoder().decode(await read('classifier.json', mostText)), read };
}

/** @throws ClassifierFileError instead of a ZipError. */
const refused = <T>(place: string, work: Promise<T>): Promise<T> =>
  work.catch(cause => {
    if (!(cause instanceof ZipError)) throw cause;
    const reason = cause.message.slice(place.length).trim();
    throw new ClassifierFileError(place, `it ${reason}`, { cause });
  });
