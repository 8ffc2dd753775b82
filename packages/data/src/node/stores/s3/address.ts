import { PhotoStoreError } from '../store-error';
import { readProfile, variablesOf } from './ini';

/** A place in a store: `s3://bucket/key`. */
export interface S3Address {
  readonly bucket: string;
  /** Without a slash at its beginning; empty for the whole bucket. */
  readonly key: string;
}

/** @throws PhotoStoreError when the text is no address of S3. */
export function parseS3(address: string): S3Address {
  const [, bucket, key = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9._-]{1,62})(?:\/(.*))?$/is.exec(address) ?? [];
  if (bucket !== undefined) return { bucket, key };
  throw new PhotoStoreError(
    'address',
    `'${address.slice(0, 200)}' is no address of S3; it should be like s3://bucket/photos/.`,
  );
}

/** Where requests go, and for which region they are signed. */
export interface S3Settings {
  /** The server that answers instead of AWS. */
  readonly endpoint: string | undefined;
  readonly region: string;
}

let kept: { readonly key: string; readonly settings: Promise<S3Settings> } | undefined;

/** Settings by the variables and files of AWS's own tools. */
export function s3Settings(env: NodeJS.ProcessEnv = process.env): Promise<S3Settings> {
  const key = variablesOf(env);
  if (kept?.key !== key) kept = { key, settings: findSettings(env) };
  return kept.settings;
}

async function findSettings(env: NodeJS.ProcessEnv): Promise<S3Settings> {
  const profile = await readProfile(env);
  return {
    endpoint:
      env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || profile.get('endpoint_url') || undefined,
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || profile.get('region') || 'us-east-1',
  };
}

/** The address of a key for a region. */
export function urlOf({ bucket, key }: S3Address, { endpoint, region }: S3Settings): URL {
  const path = key.split('/').map(encoded).join('/');
  if (endpoint) return new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}/${path}`);
  const end = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  // The certificate of AWS is not valid for names with dots.
  return bucket.includes('.')
    ? new URL(`https://s3.${region}.${end}/${bucket}/${path}`)
    : new URL(`https://${bucket}.s3.${region}.${end}/${path}`);
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
