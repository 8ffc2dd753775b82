import { discard, type RemoteFile } from './remote-file';
import { PhotoStoreError } from './store-error';

const mostRedirects = 5;

/** An address without the name of a user, and without a query, which may hold a signature. */
export function shownAddress(address: string): string {
  if (!/^https?:/.test(address)) return address;
  if (!URL.canParse(address)) return address.replace(/\/\/[^/@]*@/, '//').replace(/\?.*$/s, '?…');
  const url = new URL(address);
  return `${url.protocol}//${url.host}${decoded(url.pathname)}${url.search ? '?…' : ''}`;
}

function decoded(text: string, decode = decodeURI): string {
  try {
    return decode(text);
  } catch {
    return text;
  }
}

/**
 * A file on a web server.
 *
 * @param address `http:` or `https:`, perhaps with a name and a password for the server.
 * @param headers For this server alone: redirects to others do not get them.
 * @throws PhotoStoreError when the text is no address.
 */
export function httpFile(
  address: string,
  headers: Readonly<Record<string, string>> = {},
  how: Pick<RemoteFile, 'advice'> & { readonly shown?: string } = {},
): RemoteFile {
  const shown = how.shown ?? shownAddress(address);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new PhotoStoreError('address', `'${shown}' is not the address of a file on the web.`);
  const { username, password } = url;
  const [name, word] = [username, password].map(each => decoded(each, decodeURIComponent));
  const login = Buffer.from(`${name}:${word}`);
  const own: Readonly<Record<string, string>> = {
    ...headers,
    ...(username && { authorization: `Basic ${login.toString('base64')}` }),
  };
  url.username = '';
  url.password = '';
  const ask = async (more: Readonly<Record<string, string>>, signal: AbortSignal) => {
    let at = url;
    for (let hop = 0; hop <= mostRedirects; hop++) {
      const all = {
        'accept-encoding': 'identity',
        ...more,
        ...(at.origin === url.origin ? own : {}),
      };
      const answer = await fetch(at, { headers: all, redirect: 'manual', signal });
      const location = answer.headers.get('location');
      if (answer.status < 300 || answer.status >= 400 || !location) return answer;
      await discard(answer);
      const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
      if (!next || !/^https?:$/.test(next.protocol))
        throw new PhotoStoreError('answer', `${shown}: the server redirects to no web address.`);
      at = next;
    }
    throw new PhotoStoreError('answer', `${shown}: the server redirects in circles.`);
  };
  return { shown, ask, ...(how.advice && { advice: how.advice }) };
}
