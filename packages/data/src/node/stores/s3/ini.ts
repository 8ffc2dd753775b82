import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Section = ReadonlyMap<string, string>;

/** The sections of a file of AWS's tools, by name. A file that does not exist has none. */
async function readIni(path: string): Promise<ReadonlyMap<string, Section>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw error;
  });
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[\s*(.+?)\s*\]\s*([#;].*)?$/.exec(line) ?? [];
    if (name !== undefined) {
      current = sections.get(name) ?? new Map<string, string>();
      sections.set(name, current);
      continue;
    }
    // Indented lines belong to nested settings, and comments begin with `#` or `;`.
    const [, key, value] = /^([^\s#;=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) current?.set(key.toLowerCase(), value!);
  }
  return sections;
}

/** What the files of AWS's tools say about a profile. */
export interface Profile {
  readonly name: string;
  /** Whether a file mentions it. */
  readonly exists: boolean;
  /** The value of a setting. Credentials come before the configuration. */
  get(key: string): string | undefined;
}

/**
 * The profile that AWS_PROFILE names, or `default`.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export async function readProfile(env: NodeJS.ProcessEnv): Promise<Profile> {
  const name = env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE || 'default';
  const home = join(homedir(), '.aws');
  const credentials = await readIni(env.AWS_SHARED_CREDENTIALS_FILE || join(home, 'credentials'));
  const config = await readIni(env.AWS_CONFIG_FILE || join(home, 'config'));
  const own = [
    credentials.get(name),
    config.get(name === 'default' ? name : `profile ${name}`) ?? config.get(`profile ${name}`),
  ];
  return {
    name,
    exists: own.some(section => section !== undefined),
    get: key => own.map(section => section?.get(key)).find(value => value),
  };
}

/** The variables of AWS's tools as one text, by which what follows from them is kept. */
export const variablesOf = (env: NodeJS.ProcessEnv): string =>
  JSON.stringify(Object.entries(env).filter(([name]) => name.startsWith('AWS_')));
