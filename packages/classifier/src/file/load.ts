import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backbone } from '@shroom/models';
import { DownloadError, loadBackbone } from '@shroom/models/node';
import { getBackend } from '@tensorflow/tfjs-core';
import { requireInt8 } from '../engine/limits';
import { ClassifierFileError } from '../errors';
import { withInt8 } from '../network/int8';
import { computesInt8 } from '../network/precision';
import { Meter, type OnProgress } from '../progress';
import { whyUntrained } from '../run/unfinished';
import {
  assemble,
  assembleUntrained,
  type ClassifierParts,
  type ExtractorFacts,
  type LoadedClassifier,
  type UntrainedClassifier,
} from './assemble';
import { parseClassifierFile } from './classifier-file';
import { parseRanges } from './ranges';
import type { ClassifierFile } from './schema';
import { backboneOfShards } from './shards';
import type { StoredFile } from './stored';
import { readStored } from './tensors';

export interface LoadOptions {
  /** New sources of the backbones' weights, one per backbone in order, if the sources in `classifier.json` are out of date. */
  readonly weights?: readonly string[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Loads a trained classifier.
 *
 * @throws ClassifierFileError when the folder has no classifier, or a part of it is missing, damaged or of another training.
 * @throws EngineLimitError when the classifier computes with integers of 8 bits, and the engine does not.
 */
export async function loadClassifier(
  folder: string,
  options: LoadOptions = {},
): Promise<LoadedClassifier> {
  const { file, parts } = await openFolder(folder, options);
  return assemble(file, parts);
}

/**
 * Loads a classifier whose networks have pretrained weights until `loadTrained` is called.
 *
 * @throws ClassifierFileError as `loadClassifier` does.
 */
export async function loadUntrained(
  folder: string,
  options: LoadOptions = {},
): Promise<UntrainedClassifier> {
  const { file, parts } = await openFolder(folder, options);
  return assembleUntrained(file, parts);
}

/** @throws ClassifierFileError when the folder has no valid `classifier.json`. */
export async function requireClassifier(folder: string): Promise<ClassifierFile> {
  const path = join(folder, 'classifier.json');
  const text = await readFile(path, 'utf8').catch(async (cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === 'ENOENT'
        ? await whyUntrained(folder)
        : `it cannot be read (${cause.code}). \`train\` makes one and says where it is.`;
    throw new ClassifierFileError(path, reason, { cause });
  });
  return parseClassifierFile(text, path);
}

async function openFolder(
  folder: string,
  options: LoadOptions,
): Promise<{ readonly file: ClassifierFile; readonly parts: ClassifierParts }> {
  const file = await requireClassifier(folder);
  if (computesInt8(file)) requireInt8(getBackend());
  return { file, parts: partsIn(folder, options) };
}

/** Loads a classifier whose `classifier.json` is not written yet. The other files of the classifier are already in the folder. */
export const loadParts = (folder: string, file: ClassifierFile): Promise<LoadedClassifier> =>
  assemble(file, partsIn(folder, {}));

function partsIn(folder: string, options: LoadOptions): ClassifierParts {
  const path = join(folder, 'classifier.json');
  const read = (file: StoredFile) => readStored(folder, file);
  return {
    path,
    read,
    backbone: (facts, index) =>
      facts.weights.shards && !options.weights?.[index]
        ? backboneOfShards(facts, { path, read })
        : backboneFrom(facts, index, path, options),
    int8: async (extractor, index, stored) => {
      const { ranges } = parseRanges(await read(stored), stored.path)[index] ?? {};
      if (ranges) return withInt8(extractor, ranges);
      throw new ClassifierFileError(
        path,
        `${stored.path} has no ranges of extractor ${index}. Restore the folder, or train again.`,
      );
    },
  };
}

async function backboneFrom(
  facts: ExtractorFacts,
  index: number,
  path: string,
  options: LoadOptions,
): Promise<Backbone> {
  const { weights } = facts;
  const source = options.weights?.[index] ?? weights.source;
  const backbone = (await fromHubCache(facts, source)) ?? (await loaded(facts, source, options));
  if (backbone.weights.sha256 === weights.sha256) return backbone;
  backbone.dispose();
  throw new ClassifierFileError(
    path,
    `it was trained on other weights than '${source}' has now. Give the old ones with the option weights, or train again.`,
  );
}

/** Loads weights from the cache of the Hugging Face hub. The hash of the weights proves that they are right, so no request is needed. */
async function fromHubCache(facts: ExtractorFacts, source: string): Promise<Backbone | undefined> {
  if (!source.startsWith('hf:')) return undefined;
  const env = { ...process.env, HF_HUB_OFFLINE: '1' };
  const backbone = await loaded(facts, source, {}, env).catch(error => {
    if (error instanceof DownloadError) return undefined;
    throw error;
  });
  if (backbone?.weights.sha256 === facts.weights.sha256) return backbone;
  backbone?.dispose();
  return undefined;
}

async function loaded(
  { architecture, weights, preprocessing, pooling }: ExtractorFacts,
  source: string,
  { onProgress, signal }: LoadOptions,
  env?: NodeJS.ProcessEnv,
): Promise<Backbone> {
  const meter = new Meter('downloading weights', 'MB', onProgress);
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  return loadBackbone(architecture, source, {
    size: preprocessing.size,
    pooled: pooling === 'attention',
    license: weights.license,
    preprocessing,
    ...(env && { env }),
    ...(signal && { signal }),
    onProgress: ({ received, total }) =>
      meter.update(megabytes(received), megabytes(total), source),
  });
}
