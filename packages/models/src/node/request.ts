import { DownloadError, type DownloadFault } from './download-error';

const mostRedirects = 5;

/** A request to a server. */
interface Asked {
  readonly source: string;
  readonly url: URL;
  /** Headers for the server of `url`. They are not sent to other servers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends a request and follows redirects to other servers, without sending them the headers that were meant for the first server.
 *
 * @throws DownloadError when the answer is not the file.
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
    // A compressed answer would have another length than the file.
    const all = { 'accept-encoding': 'identity', ...more, ...own };
    const response = await fetch(address, { method, headers: all, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location) {
      const next = URL.canParse(location, address.href) ? new URL(location, address) : undefined;
      if (!next || !/^https?:$/.test(next.protocol)) {
        const where = `${address.origin} redirects to '${location.slice(0, 200)}', which is not a web address`;
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
        `${what}\nIt requires a login, or the file does not exist. For the Hugging Face hub, set HF_TOKEN.`,
      ];
    case 403:
      return [
        'refused',
        `${what}\nThis login has no access to it. Its page on the server may ask you to accept a license.`,
      ];
    case 404:
      return ['missing', `${what}\nIs the name right, and the revision?`];
    case 416:
      return ['size', `${what}\nThe file is shorter than announced. Trying again later is safe.`];
    default:
      return [
        status >= 500 || status === 429 ? 'connection' : 'answer',
        `${what}\nTrying again later is safe.`,
      ];
  }
}

/** Reads the number of bytes from a header. @returns The number, or `undefined` if the header has none or an impossible one. */
export function bytesIn(header: string | null): number | undefined {
  if (header === null || !/^\d{1,15}$/.test(header)) return undefined;
  return Number(header);
}
