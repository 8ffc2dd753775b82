import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Ends the name of a file that was written when the folder beside it was used last. */
export const used = '.used';

/** Notes that something in a cache was used now. (File systems note it once a day, or never.) It may not be ours to write on. */
export async function noteUse(path: string): Promise<void> {
  try {
    const facts = await stat(path);
    // Who lists a folder reads it as well: its own time says nothing of its use.
    if (facts.isDirectory()) await writeFile(`${path}${used}`, '');
    else await utimes(path, new Date(), facts.mtime);
  } catch {
    // Who cannot write to a cache cannot prune it either.
  }
}

/** A blob of the hub's cache that this package has downloaded. Others lie there too: they are Python's. */
export interface OwnBlob {
  /** `owner/name`. */
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
      // What is removed by a note must be where such a note points.
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
