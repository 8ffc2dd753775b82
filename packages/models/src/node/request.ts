import { DownloadError, type DownloadFault } from './download-error';

const mostRedirects = 5;

/** What is asked of a server. */
interface Asked {
  readonly source: string;
  readonly url: URL;
  /** For the server of `url`, and no other. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks a server, and follows it to others without showing them the headers that were meant for the first.
 *
 * @throws DownloadError for an answer that is not the file.
 */
export async function request(
  { source, url, headers = {} }: Asked,
  method: 'GET' | 'HEAD',
  more: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
  followElsewhere = true,
): Promise<Response> {
  let address = url;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const own = address.origin === url.origin ? headers : {};
    // A packed answer would have another length than the file.
    const all = { 'accept-encoding': 'identity', ...more, ...own };
    const response = await fetch(address, { method, headers: all, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location) {
      const next = URL.canParse(location, address.href) ? new URL(location, address) : undefined;
      if (!next || !/^https?:$/.test(next.protocol)) {
        const where = `${address.origin} redirects to '${location.slice(0, 200)}', which is no address of the web`;
        throw new DownloadError('answer', `${source} could not be downloaded: ${where}.`);
      }
      if (next.origin !== url.origin && !followElsewhere) return response;
      await response.body?.cancel();
      address = next;
      continue;
    }
    if (response.ok) return response;
    await response.body?.cancel();
    const [fault, words] = explainStatus(response);
    throw new DownloadError(fault, `${source} could not be downloaded: ${words}`);
  }
  throw new DownloadError(
    'answer',
    `${source} could not be downloaded: ${url.origin} redirects in circles.`,
  );
}

function explainStatus({ status, headers }: Response): [DownloadFault, string] {
  const said = headers.get('x-error-message');
  const what = `the server answers ${status}${said ? ` (${said})` : ''}.`;
  switch (status) {
    case 401:
      return [
        'refused',
        `${what}\nIt wants a login, or there is no such thing. HF_TOKEN is the login of the Hugging Face hub.`,
      ];
    case 403:
      return [
        'refused',
        `${what}\nThis login may not read it. Its page on the server may ask to accept a license.`,
      ];
    case 404:
      return ['missing', `${what}\nIs the name right, and the revision?`];
    case 416:
      return ['size', `${what}\nIt has less than it said. Trying again later is safe.`];
    default:
      return [
        status >= 500 || status === 429 ? 'connection' : 'answer',
        `${what}\nTrying again later is safe.`,
      ];
  }
}

/** The bytes that a header names. @returns `undefined` where it names none, or no number of bytes that there could be. */
export function bytesIn(header: string | null): number | undefined {
  if (header === null || !/^\d{1,15}$/.test(header)) return undefined;
  return Number(header);
}
