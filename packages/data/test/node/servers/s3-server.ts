import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FileServer } from './file-server';

const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();
const hex = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * A store that speaks S3: it verifies signatures of version 4, as AWS describes them, lists objects in pages, and refuses requests for
 * another region.
 */
export class S3Server extends FileServer {
  region = 'eu-north-1';
  readonly keys = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  /** Token that requests have to carry, if there is one. */
  token: string | undefined;
  /** Objects in a page of a list. */
  page = 4;
  /** Whether the keys in lists are encoded, as they are asked for. */
  encodes = true;
  /** Whether requests without a signature are answered. */
  isPublic = false;

  protected override answer(request: IncomingMessage, response: ServerResponse): void {
    const why = this.#whyRefused(request);
    if (why === undefined) {
      super.answer(request, response);
      return;
    }
    this.asked.push({ path: request.url!, headers: request.headers });
    const [status, code, more = ''] = why;
    const headers = { 'content-type': 'application/xml', 'x-amz-bucket-region': this.region };
    response
      .writeHead(
        status,
        code === 'PermanentRedirect' ? headers : { 'content-type': 'application/xml' },
      )
      .end(`<Error><Code>${code}</Code><Message>secret of the server</Message>${more}</Error>`);
  }

  /** @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
  #whyRefused({
    headers,
    url: path,
    method,
  }: IncomingMessage): [number, string, string?] | undefined {
    const pattern =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
    const given = pattern.exec(headers.authorization ?? '');
    if (!given) return this.isPublic ? undefined : [403, 'AccessDenied'];
    const [, id, day, region, names, signature] = given as unknown as [string, ...string[]];
    if (region !== this.region)
      return region === 'us-east-1'
        ? [301, 'PermanentRedirect']
        : [400, 'AuthorizationHeaderMalformed', `<Region>${this.region}</Region>`];
    if (id !== this.keys.id) return [403, 'InvalidAccessKeyId'];
    if (this.token !== undefined && headers['x-amz-security-token'] !== this.token)
      return [400, 'ExpiredToken'];
    const url = new URL(path!, this.url);
    const query = [...url.searchParams]
      .map(pair => pair.map(strict).join('='))
      .sort()
      .join('&');
    const lines = names!.split(';').map(name => `${name}:${String(headers[name]).trim()}\n`);
    const canonical = [
      ...[method, url.pathname, query, lines.join(''), names],
      headers['x-amz-content-sha256'],
    ].join('\n');
    const scope = `${day}/${region}/s3/aws4_request`;
    const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hex(canonical)].join('\n');
    const key = [day!, region!, 's3', 'aws4_request'].reduce<string | Buffer>(
      hmac,
      `AWS4${this.keys.secret}`,
    );
    return hmac(key, text).toString('hex') === signature
      ? undefined
      : [403, 'SignatureDoesNotMatch', `<StringToSign>${text}</StringToSign>`];
  }

  protected override missing(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { searchParams } = new URL(request.url!, this.url);
    const headers = { 'content-type': 'application/xml' };
    if (searchParams.get('list-type') !== '2') {
      response.writeHead(404, headers).end('<Error><Code>NoSuchKey</Code></Error>');
      return;
    }
    const bucket = `/${path.split('/')[1]!}/`;
    const prefix = `${bucket}${searchParams.get('prefix') ?? ''}`;
    const all = [...this.files.keys()].filter(name => name.startsWith(prefix)).sort();
    const after = searchParams.get('continuation-token');
    const first = after === null ? 0 : Number(after.slice('after&'.length));
    const shown = all.slice(first, first + this.page);
    const objects = shown.map(name => {
      const plain = name.slice(bucket.length);
      const key = this.encodes
        ? strict(plain).replaceAll('%20', '+')
        : plain.replaceAll('&', '&amp;');
      return `<Contents><Key>${key}</Key><Size>${this.files.get(name)!.length}</Size></Contents>`;
    });
    const next = first + this.page;
    const more =
      next < all.length
        ? `<IsTruncated>true</IsTruncated><NextContinuationToken>after&amp;${next}</NextContinuationToken>`
        : '<IsTruncated>false</IsTruncated>';
    response
      .writeHead(200, headers)
      .end(
        `<?xml version="1.0"?><ListBucketResult>${this.encodes ? '<EncodingType>url</EncodingType>' : ''}${objects.join('')}${more}</ListBucketResult>`,
      );
  }
}

const strict = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
