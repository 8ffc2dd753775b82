import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Ending of the name of a marker file. The time of the marker is when the folder beside it was last used. */
export const used = '.used';

/**
 * Records that a file or folder in a cache was used now, because file systems record that only once a day or never. Errors are
 * ignored, since the cache may be read-only.
 */
export async function noteUse(path: string): Promise<void> {
  try {
    const facts = await stat(path);
    // Listing a folder counts as reading it, so the folder's own time does not tell when its content was used.
    if (facts.isDirectory()) await writeFile(`${path}${used}`, '');
    else await utimes(path, new Date(), facts.mtime);
  } catch {
    // A process that cannot write to a cache cannot prune it either.
  }
}

/** A blob in the Hugging Face hub's cache that this package has downloaded. The cache also contains blobs that Python has downloaded. */
export interface OwnBlob {
  /** Name of the model, `owner/name`. */
  readonly model: string;
  readonly file: string;
  /** The model's folder in the hub's cache. */
  readonly folder: string;
  readonly etag: string;
}

const ledger = (cache: string) => join(cache, 'hub');

export async function noteDownload(cache: string, blob: OwnBlob): Promise<void> {
  await mkdir(ledger(cache), { recursive: true });
  await writeFile(join(ledger(cache), nameOf(blob)), JSON.stringify(blob));
}

export const forgetDownload = (cache: string, blob: OwnBlob): Promise<void> =>
  rm(join(ledger(cache), nameOf(blob)), { force: true });

export async function readDownloads(cache: string): Promise<OwnBlob[]> {
  const names = await readdir(ledger(cache)).catch(() => []);
  const notes = await Promise.all(
    names
      .filter(name => /^[0-9a-f]{32}\.json$/.test(name))
      .map(name => readFile(join(ledger(cache), name), 'utf8').catch(() => '')),
  );
  return notes.flatMap(text => {
    try {
      const blob = JSON.parse(text) as OwnBlob;
      // Before a note leads to the removal of a file, this checks that the note points into the hub's cache.
      const isOurs =
        /^models--[\w.-]+$/.test(blob.folder.split(/[\\/]/).at(-1)!) &&
        /^[0-9a-f]+$/.test(blob.etag);
      return isOurs ? [blob] : [];
    } catch {
      return [];
    }
  });
}

const nameOf = ({ folder, etag }: OwnBlob): string =>
  `${createHash('sha256').update(`${folder}\n${etag}`).digest('hex').slice(0, 32)}.json`;
