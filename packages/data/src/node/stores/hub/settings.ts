import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Settings of the Hugging Face hub from the environment variables that Python's huggingface_hub reads. */
export interface HubSettings {
  readonly endpoint: string;
  /** Cache folder, which is shared with Python. */
  readonly cache: string;
  readonly token: string | undefined;
  readonly offline: boolean;
}

/** @see https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables */
export async function hubSettings(env: NodeJS.ProcessEnv = process.env): Promise<HubSettings> {
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return {
    endpoint: (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    cache: env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, 'hub'),
    token: isOn(env.HF_HUB_DISABLE_IMPLICIT_TOKEN) ? undefined : await readToken(env, home),
    offline: isOn(env.HF_HUB_OFFLINE),
  };
}

const isOn = (text = '') => ['1', 'ON', 'YES', 'TRUE'].includes(text.toUpperCase());

/** Reads `HF_TOKEN`, or else the token that `hf auth login` has stored. */
async function readToken(env: NodeJS.ProcessEnv, home: string): Promise<string | undefined> {
  const named = env.HF_TOKEN?.trim();
  if (named) return named;
  const saved = await readFile(env.HF_TOKEN_PATH || join(home, 'token'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
      throw error;
    },
  );
  return saved.trim() || undefined;
}
