import { readFile } from 'node:fs/promises';
import { PhotoStoreError } from '../store-error';
import { type Profile, readProfile, variablesOf } from './ini';

/** Credentials of AWS, which no message may hold. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end, in milliseconds since 1970. */
  readonly expires?: number;
}

/** Time before their end at which credentials are fetched again, in milliseconds. */
const early = 5 * 60_000;

let kept: { readonly key: string; readonly found: Promise<S3Credentials | undefined> } | undefined;

/**
 * The credentials of the environment, in the order of AWS's own tools: variables, a web identity, the files of a profile, the container, the
 * machine. They are kept until shortly before they end.
 *
 * @returns `undefined` if there are none: requests are not signed then, which suffices for public buckets.
 * @throws PhotoStoreError when there are some that cannot be used.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export async function s3Credentials(
  env: NodeJS.ProcessEnv = process.env,
): Promise<S3Credentials | undefined> {
  const key = variablesOf(env);
  if (kept?.key === key) {
    const found = await kept.found.catch(() => null);
    const expires = found?.expires ?? Number.POSITIVE_INFINITY;
    if (found !== null && expires - Date.now() > early) return found;
  }
  kept = { key, found: findCredentials(env) };
  return kept.found;
}

/** Forgets the kept credentials, which a server has refused as ended. */
export function forgetCredentials(): void {
  kept = undefined;
}

/** Finds the credentials of an environment. */
export async function findCredentials(env: NodeJS.ProcessEnv): Promise<S3Credentials | undefined> {
  const profile = await readProfile(env);
  return (
    fromVariables(env) ??
    (await fromWebIdentity(env, profile)) ??
    fromProfile(env, profile) ??
    (await fromContainer(env)) ??
    (await fromMachine(env))
  );
}

function fromVariables(env: NodeJS.ProcessEnv): S3Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = env;
  if (!id && !secret) return undefined;
  if (id && secret)
    return { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) };
  throw unusable(
    `AWS_${id ? 'SECRET_ACCESS_KEY' : 'ACCESS_KEY_ID'} is not set, but the other one is`,
  );
}

function fromProfile(env: NodeJS.ProcessEnv, profile: Profile): S3Credentials | undefined {
  const { name, exists } = profile;
  if (!exists) {
    if (env.AWS_PROFILE) throw unusable(`there is no profile '${name}', which AWS_PROFILE names`);
    return undefined;
  }
  const [id, secret] = [profile.get('aws_access_key_id'), profile.get('aws_secret_access_key')];
  if (id && secret && !profile.get('role_arn')) {
    const token = profile.get('aws_session_token');
    return { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) };
  }
  const other = ['role_arn', 'sso_session', 'sso_start_url', 'credential_process'].find(
    profile.get,
  );
  if (other)
    throw unusable(
      `the profile '${name}' has '${other}', which is not read here. ` +
        `\`eval "$(aws configure export-credentials --profile ${name} --format env)"\` sets its credentials as variables`,
    );
  return undefined;
}

/** Exchanges the token of a web identity, as pods of Kubernetes have it, for credentials. */
async function fromWebIdentity(
  env: NodeJS.ProcessEnv,
  profile: Profile,
): Promise<S3Credentials | undefined> {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role } = env;
  if (!file || !role) return undefined;
  const token = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unusable(`AWS_WEB_IDENTITY_TOKEN_FILE cannot be read (${error.code})`);
  });
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || profile.get('region') || 'us-east-1';
  const url = new URL(
    env.AWS_ENDPOINT_URL_STS || env.AWS_ENDPOINT_URL || `https://sts.${region}.amazonaws.com/`,
  );
  const body = new URLSearchParams({
    ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: role },
    RoleSessionName: env.AWS_ROLE_SESSION_NAME || 'shroom',
    WebIdentityToken: token.trim(),
  });
  const text = await ask(url, 'the web identity', { method: 'POST', body });
  const field = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1];
  return checked('the web identity', {
    ...{ AccessKeyId: field('AccessKeyId'), SecretAccessKey: field('SecretAccessKey') },
    ...{ Token: field('SessionToken'), Expiration: field('Expiration') },
  });
}

/** Asks the container, as ECS and pods of EKS answer. */
async function fromContainer(env: NodeJS.ProcessEnv): Promise<S3Credentials | undefined> {
  const {
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: below,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: full,
  } = env;
  if (!below && !full) return undefined;
  const url = below ? new URL(below, 'http://169.254.170.2') : new URL(full!);
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token = file
    ? (await readFile(file, 'utf8')).trim()
    : env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const text = await ask(url, 'the container', token ? { headers: { authorization: token } } : {});
  return checked('the container', parsed(text));
}

/** Asks the machine, as those of EC2 answer. @returns `undefined` where no such service answers. */
async function fromMachine(env: NodeJS.ProcessEnv): Promise<S3Credentials | undefined> {
  if (/^true$/i.test(env.AWS_EC2_METADATA_DISABLED ?? '')) return undefined;
  const base = env.AWS_EC2_METADATA_SERVICE_ENDPOINT || 'http://169.254.169.254';
  const call = (path: string, init: RequestInit) =>
    fetch(new URL(`/latest/${path}`, base), { ...init, signal: AbortSignal.timeout(1000) });
  const given = await call('api/token', {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' },
  }).catch(() => undefined);
  if (!given?.ok) return undefined;
  const headers = { 'x-aws-ec2-metadata-token': await given.text() };
  const path = 'meta-data/iam/security-credentials/';
  const roles = await call(path, { headers });
  if (!roles.ok) return undefined;
  const role = (await roles.text()).split('\n')[0]!.trim();
  const text = await (await call(`${path}${encodeURIComponent(role)}`, { headers })).text();
  return checked('the machine', parsed(text));
}

async function ask(url: URL, what: string, init: RequestInit): Promise<string> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(5000) }).catch(() => {
    throw unusable(`${what} does not answer at ${url.host}`);
  });
  if (!answer.ok) throw unusable(`${what} answers ${answer.status} at ${url.host}`);
  return answer.text();
}

type Given = Partial<
  Record<'AccessKeyId' | 'SecretAccessKey' | 'Token' | 'Expiration', string | undefined>
>;

function parsed(text: string): Given {
  try {
    return JSON.parse(text) as Given;
  } catch {
    return {};
  }
}

function checked(
  what: string,
  { AccessKeyId: id, SecretAccessKey: secret, Token: token, Expiration: end }: Given,
): S3Credentials {
  if (!id || !secret) throw unusable(`${what} answers without credentials`);
  return {
    ...{ accessKeyId: id, secretAccessKey: secret },
    ...(token && { sessionToken: token }),
    ...(end && { expires: Date.parse(end) }),
  };
}

const unusable = (why: string): PhotoStoreError =>
  new PhotoStoreError('credentials', `The credentials of AWS cannot be used: ${why}.`);
