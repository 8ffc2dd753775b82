import { httpFile, shownAddress } from '../stores/http';
import { type RemoteFile, readRemote } from '../stores/remote-file';
import type { RetryOptions } from '../stores/retrying';
import { PhotoStoreError } from '../stores/store-error';
import { isS3Glob } from './addresses';

/** A file that a listing on a server names. */
interface RemoteEntry {
  /** Path below the listing with `/` as separator. */
  readonly name: string;
  readonly address: string;
  readonly bytes?: number;
}

/**
 * Yields the files that a place on a server lists: objects of a bucket, links of a web server's index of a folder, also of the folders below
 * it, or the lines of a text, which are addresses relative to it.
 *
 * @throws PhotoStoreError when the server does not list it.
 */
export async function* remoteFiles(
  address: string,
  options: RetryOptions,
): AsyncGenerator<RemoteEntry, void, undefined> {
  if (address.startsWith('s3:')) yield* objectsOf(address, options);
  else yield* linksOf(new URL(address), '', new Set(), options);
}

async function* objectsOf(
  address: string,
  options: RetryOptions,
): AsyncGenerator<RemoteEntry, void, undefined> {
  const { listS3 } = await import('../stores/s3/list');
  const isGlob = isS3Glob(address);
  const fixed = isGlob ? /^[^*?[]*/.exec(address)![0] : withSlash(address);
  const bucket = /^s3:\/\/[^/]*\//.exec(fixed)![0];
  const base = fixed.slice(bucket.length).replace(/[^/]*$/, '');
  const pattern = isGlob ? expressionOf(address.slice(bucket.length)) : undefined;
  for await (const { key, size } of listS3(fixed, options)) {
    // Some programs make empty objects for folders.
    if (key.endsWith('/') || (pattern && !pattern.test(key))) continue;
    yield { name: key.slice(base.length), address: `${bucket}${key}`, bytes: size };
  }
}

const withSlash = (address: string): string => (address.endsWith('/') ? address : `${address}/`);

/** `*` and `?` stand for letters of one name, `**` for any folders. */
export function expressionOf(glob: string): RegExp {
  const parts = glob.replace(/\*\*\/?|\*|\?|\[[^\]/]+\]|[^*?[]+|\[/g, part => {
    if (part.startsWith('**')) return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (/^\[.+\]$/.test(part)) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts}$`);
}

/** Most folders of a web server that are listed. */
const mostFolders = 100_000;
/** Largest list, in bytes. */
const mostBytes = 2 ** 28;

async function* linksOf(
  url: URL,
  below: string,
  seen: Set<string>,
  options: RetryOptions,
): AsyncGenerator<RemoteEntry, void, undefined> {
  if (seen.has(url.href)) return;
  seen.add(url.href);
  const shown = shownAddress(url.href);
  if (seen.size > mostFolders)
    throw new PhotoStoreError('answer', `${shown}: more than ${mostFolders} folders.`);
  const { text, isHtml } = await textOf(httpFile(url.href), options);
  if (!isHtml) {
    for (const line of text.split(/\r?\n/)) {
      const given = line.trim();
      if (given === '') continue;
      const at = URL.canParse(given, url.href) ? new URL(given, url) : undefined;
      if (!at || !/^https?:$/.test(at.protocol))
        throw new PhotoStoreError(
          'answer',
          `${shown}: '${given.slice(0, 80)}' is no web address. It should be a list of photos, one a line.`,
        );
      yield { name: nameOf(at, url), address: at.href };
    }
    return;
  }
  for (const [, , quoted = ''] of text.matchAll(/<a\s[^>]*?href\s*=\s*(["'])(.*?)\1/gis)) {
    const link = quoted.replaceAll('&amp;', '&');
    const at = URL.canParse(link, url.href) ? new URL(link, url) : undefined;
    if (!at || at.search || at.hash || at.origin !== url.origin) continue;
    const base = url.pathname.replace(/[^/]*$/, '');
    if (!at.pathname.startsWith(base) || at.pathname === base) continue;
    at.username = url.username;
    at.password = url.password;
    const name = `${below}${decoded(at.pathname.slice(base.length))}`;
    if (name.endsWith('/')) yield* linksOf(at, name, seen, options);
    else yield { name, address: at.href };
  }
}

/** The name of a listed address below the list, or with its server if it is elsewhere. */
function nameOf(at: URL, list: URL): string {
  const base = list.pathname.replace(/[^/]*$/, '');
  const isBelow = at.origin === list.origin && at.pathname.startsWith(base);
  return decoded(isBelow ? at.pathname.slice(base.length) : `${at.host}${at.pathname}`);
}

async function textOf(file: RemoteFile, options: RetryOptions) {
  let isHtml = false;
  const watched: RemoteFile = {
    ...file,
    ask: async (headers, signal) => {
      const answer = await file.ask(headers, signal);
      isHtml = /html/.test(answer.headers.get('content-type') ?? '');
      return answer;
    },
  };
  const bytes = await readRemote(watched, 0, undefined, options);
  if (bytes.length > mostBytes)
    throw new PhotoStoreError('answer', `${file.shown}: a list of ${bytes.length} bytes.`);
  return { text: bytes.toString(), isHtml };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
