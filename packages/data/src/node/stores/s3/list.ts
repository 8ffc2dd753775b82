import { readRemote } from '../remote-file';
import type { RetryOptions } from '../retrying';
import { PhotoStoreError } from '../store-error';
import { parseS3 } from './address';
import { s3File } from './file';

/** An object of a store. */
interface S3Object {
  readonly key: string;
  readonly size: number;
}

/**
 * Yields the objects whose keys begin with that of an address, a thousand with each request.
 *
 * @throws PhotoStoreError when the store does not list them.
 */
export async function* listS3(
  address: string,
  options: RetryOptions,
): AsyncGenerator<S3Object, void, undefined> {
  const { bucket, key } = parseS3(address);
  let token: string | undefined;
  do {
    const query = {
      ...{ 'list-type': '2', prefix: key, 'encoding-type': 'url' },
      ...(token !== undefined && { 'continuation-token': token }),
    };
    const file = await s3File(`s3://${bucket}`, query);
    const shown = { ...file, shown: `s3://${bucket}/${key}` };
    const text = (await readRemote(shown, 0, undefined, options)).toString();
    if (!/<ListBucketResult[\s>]/.test(text))
      throw new PhotoStoreError(
        'answer',
        `${shown.shown}: the server does not list it as S3 does.`,
      );
    const isEncoded = /<EncodingType>url<\/EncodingType>/.test(text);
    for (const [, object] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
      const size = Number(/<Size>(\d+)<\/Size>/.exec(object!)?.[1]);
      const name = /<Key>([^<]*)<\/Key>/.exec(object!)?.[1];
      if (name !== undefined) yield { key: isEncoded ? decoded(name) : unescaped(name), size };
    }
    const next = /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(text)?.[1];
    const isTruncated = /<IsTruncated>true<\/IsTruncated>/.test(text);
    if (isTruncated && (!next || next === token))
      throw new PhotoStoreError('answer', `${shown.shown}: the server lists it without an end.`);
    token = isTruncated ? unescaped(next!) : undefined;
  } while (token !== undefined);
}

/** Some stores do not encode keys although they are asked to. They do not say that they did. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

const unescaped = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name]!);
