import { discard, type RemoteFile } from '../remote-file';
import { PhotoStoreError } from '../store-error';
import { parseS3, type S3Address, type S3Settings, s3Settings, urlOf } from './address';
import { forgetCredentials, s3Credentials } from './credentials';

/** The regions of buckets, as servers have said. */
const regions = new Map<string, string>();

const mostTries = 4;

const noCredentials =
  'No credentials were found: neither variables such as AWS_ACCESS_KEY_ID, nor a profile in ~/.aws, a web identity, a container or a machine has any.';

/**
 * Asks a store. The request is signed if there are credentials, and made again for the region of the bucket if that is another one.
 *
 * @param query Parameters, such as those of a listing.
 */
async function askS3(
  address: S3Address,
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  const settings = await s3Settings();
  let moved: URL | undefined;
  for (let tries = 1; ; tries++) {
    const region = regions.get(address.bucket) ?? settings.region;
    const url = moved ?? urlOf(address, { ...settings, region });
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const answer = await fetch(await signed(url, headers, region), { redirect: 'manual', signal });
    if (answer.ok || answer.status === 404 || answer.status >= 500 || tries === mostTries)
      return answer;
    const said = answer.headers.get('x-amz-bucket-region');
    if (said && said !== region && /^[a-z0-9-]{1,30}$/.test(said)) {
      await discard(answer);
      regions.set(address.bucket, said);
      moved = undefined;
      continue;
    }
    const location = answer.headers.get('location');
    if (answer.status === 307 && location && URL.canParse(location)) {
      moved = requireOwn(new URL(location), url, settings);
      await discard(answer);
      continue;
    }
    if (answer.status !== 400 && answer.status !== 403) return answer;
    const text = await answer.text();
    const other = /<Region>([a-z0-9-]{1,30})<\/Region>/.exec(text)?.[1];
    if (other !== undefined && other !== region) {
      regions.set(address.bucket, other);
      continue;
    }
    if (tries === 1 && /<Code>(ExpiredToken|TokenRefreshRequired)<\/Code>/.test(text)) {
      forgetCredentials();
      continue;
    }
    const { status, headers: own } = answer;
    return new Response(text, { status, headers: own });
  }
}

/** Signed requests go to AWS, or to the server that the user has named, and to no other. */
function requireOwn(next: URL, from: URL, { endpoint }: S3Settings): URL {
  const isAws =
    !endpoint && next.protocol === 'https:' && /\.amazonaws\.com(\.cn)?$/.test(next.hostname);
  if (next.host === from.host || isAws) return next;
  throw new PhotoStoreError(
    'answer',
    `The store at ${from.host} redirects to ${next.host}, which gets no signed requests.`,
  );
}

async function signed(
  url: URL,
  headers: Readonly<Record<string, string>>,
  region: string,
): Promise<Request> {
  const credentials = await s3Credentials();
  // `fetch` changes some headers, such as this one, so they are not signed.
  const all = { 'accept-encoding': 'identity', ...headers };
  if (!credentials) return new Request(url, { headers: all });
  const { AwsV4Signer } = await import('aws4fetch');
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new AwsV4Signer({
    ...{ url: url.href, method: 'GET', service: 's3', region },
    ...{ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
  });
  const signature = await signer.sign();
  const request = new Request(signature.url, { headers: signature.headers });
  for (const [name, value] of Object.entries(all)) request.headers.set(name, value);
  return request;
}

/** A file in a store that speaks S3. @throws PhotoStoreError when the text is no address. */
export async function s3File(
  address: string,
  query: Readonly<Record<string, string>> = {},
): Promise<RemoteFile> {
  const parsed = parseS3(address);
  const hasSome = (await s3Credentials()) !== undefined;
  return {
    shown: `s3://${parsed.bucket}/${parsed.key}`,
    ask: (headers, signal) => askS3(parsed, query, headers, signal),
    advice: hasSome
      ? 'These credentials may not read it, or they are of another store.'
      : noCredentials,
  };
}
