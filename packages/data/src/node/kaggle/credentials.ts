import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where to look for credentials. */
export interface KaggleSurroundings {
  /** Environment variables. Default `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Home folder of the user. */
  readonly home: string;
}

/**
 * Thrown when credentials for Kaggle exist but cannot be used.
 *
 * @example
 * ```ts
 * try {
 *   console.log(await fetchKaggle('someone/mushrooms'));
 * } catch (error) {
 *   if (!(error instanceof KaggleCredentialsError)) throw error;
 *   console.error(error.message); // names the wrong file or variable, without the secret
 * }
 * ```
 */
export class KaggleCredentialsError extends Error {
  override readonly name = 'KaggleCredentialsError';
}

/**
 * The value of an `Authorization` header. It is taken from the first of these that exists, in the order of Kaggle's own
 * client: the token in `KAGGLE_API_TOKEN` (or in the file that it names), the token in `~/.kaggle/access_token` or
 * `access_token.txt`, `KAGGLE_USERNAME` with `KAGGLE_KEY`, `kaggle.json` in `KAGGLE_CONFIG_DIR` or `~/.kaggle`.
 *
 * @returns `undefined` if there are no credentials; public data sets need none.
 * @throws KaggleCredentialsError when `kaggle.json` is incomplete. The error never quotes a secret.
 */
export async function findCredentials({
  env,
  home,
}: KaggleSurroundings): Promise<string | undefined> {
  const token = await findToken(env.KAGGLE_API_TOKEN, home);
  if (token) return `Bearer ${token}`;
  if (env.KAGGLE_USERNAME && env.KAGGLE_KEY) return basic(env.KAGGLE_USERNAME, env.KAGGLE_KEY);
  const file = join(env.KAGGLE_CONFIG_DIR ?? join(home, '.kaggle'), 'kaggle.json');
  const text = await readText(file);
  if (text === undefined) return undefined;
  const { username, key } = parseLegacy(text, file);
  return basic(username, key);
}

async function findToken(given: string | undefined, home: string): Promise<string | undefined> {
  if (given?.trim()) {
    const named = given.includes('\0') ? undefined : await readText(given.trim());
    return requireToken(named?.trim() || given.trim(), 'KAGGLE_API_TOKEN');
  }
  for (const name of ['access_token', 'access_token.txt']) {
    const token = (await readText(join(home, '.kaggle', name)))?.trim();
    if (token) return requireToken(token, join(home, '.kaggle', name));
  }
  return undefined;
}

/** Checks a token before it is put into a header, because the error of the header would quote the token. */
function requireToken(token: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new KaggleCredentialsError(
    `The token in ${where} holds characters that no token has, such as spaces or line ends. Make one at kaggle.com under Settings, API.`,
  );
}

function parseLegacy(text: string, file: string): { username: string; key: string } {
  const expected = `it should be {"username": "...", "key": "..."}, as kaggle.com gives it under Settings, API`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without a cause, because the cause would quote the content of the file.
    throw new KaggleCredentialsError(`${file} is not JSON; ${expected}.`);
  }
  const { username, key } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof username === 'string' && typeof key === 'string') return { username, key };
  throw new KaggleCredentialsError(`${file} has no username or no key; ${expected}.`);
}

const basic = (username: string, key: string) =>
  `Basic ${Buffer.from(`${username}:${key}`).toString('base64')}`;

/** The text of a file; `undefined` if the file does not exist. */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw new KaggleCredentialsError(`${JSON.stringify(path)} cannot be read (${code}).`, {
      cause: error,
    });
  }
}
