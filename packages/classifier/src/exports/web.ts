import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { checkpointOf, foldBatchNorm } from '@shroom/models';
import { writeAtomically } from '@shroom/train/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ClassifierFileError, RunFolderError } from '../errors';
import { disposeNetwork, type LoadedClassifier } from '../file/assemble';
import { formatClassifierFile, parseClassifierFile } from '../file/classifier-file';
import { encodeTensors, type StoredPrecision } from '../file/encoded';
import { loadParts } from '../file/load';
import type { ClassifierFile } from '../file/schema';
import { storedFiles, tensorsOf } from '../file/stored';
import { hashOf, readStored } from '../file/tensors';
import { inFloat32 } from '../network/extractor';
import type { PhotoInputs } from '../photos/inputs';
import type { NamedPhoto } from '../photos/picture';
import { randomPhotos } from '../photos/random-photos';
import { readablePhotos } from '../photos/reading';
import { type NamesOf, requireKnown } from '../requirements';
import { changeOf } from '../serving/change';
import type { AnyExportOptions, Exported, ExportSource } from './form';
import { requireStoredPrecision } from './precision';
import { publishedLicenses, publishedSource } from './published-source';

/** Size of a shard in bytes. An interrupted download loses at most one shard. */
const shardBytes = 4 << 20;

/**
 * Options of `classifier.export('web', folder)`.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const options: WebExportOptions = { photos: ['cat.jpg', 'dog.jpg'] };
 * await classifier.export('web', 'site/pets', options);
 * ```
 */
export interface WebExportOptions extends AnyExportOptions {
  /** Number format of the stored weights. Default `float16`, which halves the download. */
  readonly weights?: StoredPrecision;
  /** Photos on which `change` is measured. Default: three pictures of random colors. Real photos give a better estimate. */
  readonly photos?: PhotoInputs;
}

const known: NamesOf<WebExportOptions> = { weights: true, photos: true, signal: true };

/**
 * The result of `classifier.export('web', folder)`.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const written: WebExport = await classifier.export('web', 'site/pets');
 * console.log(written.files.length, written.change); // for example 5 files, 0.0004
 * ```
 */
export interface WebExport extends Exported {
  /**
   * The largest change of any logit due to folding and rounding the weights, as a share of the largest logit. Also in `classifier.json`.
   * Computing in 32 bits instead of int8 is not in it; `fallback` of the opened export says that it does.
   */
  readonly change: number;
}

/** One file of the export, to be written to a subfolder that is named after a hash of all files. */
interface Part {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/**
 * Writes a classifier to a folder for a web server: everything needed to classify photos, with weights in pieces and batch norms folded
 * into convolutions. The files are in a subfolder that is named after their hash, so that a browser never mixes two trainings.
 *
 * @throws RunFolderError when the folder holds anything but an earlier export.
 */
export async function exportForWeb(
  source: ExportSource,
  to: string,
  options: WebExportOptions,
): Promise<WebExport> {
  const { weights: precision = 'float16', photos, signal } = options;
  requireKnown('', options, known);
  requireStoredPrecision(precision);
  const folder = resolve(to);
  const earlier = await earlierExport(folder);
  const { file, network, folder: from } = source;

  const extractors: { readonly whole: Part; readonly shards: readonly Part[] }[] = [];
  for (const [index, { backbone }] of network.extractors.entries()) {
    signal?.throwIfAborted();
    const folded = foldBatchNorm(backbone.model);
    const name = `weights${index}`;
    const whole = part(`${name}.safetensors`, await encoded(folded, precision));
    folded.dispose();
    extractors.push({ whole, shards: shardsOf(name, whole.bytes) });
  }
  const head = part('head.safetensors', await encoded(network.head, precision));
  const copied = async (stored: ClassifierFile['novelty'] | ClassifierFile['frames']) =>
    stored && readStored(from, stored);
  const frames = await copied(file.frames);
  const features = await copied(file.novelty);
  const novelty = features && encodeTensors(tensorsOf(features, 'novelty.safetensors'), precision);
  const parts = {
    head,
    ...(frames && { frames: part('frames.safetensors', frames) }),
    ...(novelty && { novelty: part('novelty.safetensors', novelty) }),
  };
  const all = [...Object.values(parts), ...extractors.flatMap(({ shards }) => shards)];
  const id = hashOf(Buffer.from(all.map(({ sha256 }) => sha256).join())).slice(0, 16);
  const stored = ({ name, bytes, sha256 }: Part) => ({
    path: `${id}/${name}`,
    sha256,
    bytes: bytes.length,
  });

  const { finetuned: _, change: __, ranges: ___, ...rest } = file;
  const written: ClassifierFile = {
    ...{ ...rest, version: 1 },
    licenses: publishedLicenses(rest.licenses),
    extractors: file.extractors.map((facts, index) => {
      const { whole, shards } = extractors[index]!;
      const { computes, trainedIn = computes, ...others } = facts;
      const { origin: earlier = facts.weights.source, ...weights } = facts.weights;
      const origin = publishedSource(earlier);
      const { path: source, sha256 } = stored(whole);
      return {
        ...others,
        weights: { ...weights, source, sha256, origin, shards: shards.map(stored) },
        precision,
        ...(trainedIn && { trainedIn }),
      };
    }),
    ...(parts.frames && { frames: stored(parts.frames) }),
    head: { ...file.head, ...stored(head) },
    ...(file.novelty &&
      parts.novelty && { novelty: { ...file.novelty, ...stored(parts.novelty) } }),
  };
  await mkdir(folder, { recursive: true });
  for (const each of all) {
    signal?.throwIfAborted();
    await mkdir(join(folder, id), { recursive: true });
    await writeAtomically(join(folder, id, each.name), each.bytes);
  }
  // classifier.json is written last: until then, browsers open the complete earlier export.
  const pictures = photos === undefined ? randomPhotos() : readablePhotos(photos);
  const change = await measured(folder, written, source, pictures);
  const text = formatClassifierFile({ ...written, change });
  await writeAtomically(join(folder, 'classifier.json'), text);
  const ownFolder = (each: ClassifierFile) => dirname(each.head.path);
  if (earlier && ownFolder(earlier) !== id && /^[0-9a-f]{16}$/.test(ownFolder(earlier)))
    await rm(join(folder, ownFolder(earlier)), { recursive: true, force: true });
  const files = [
    { path: 'classifier.json', bytes: Buffer.byteLength(text) },
    ...storedFiles(written).map(({ path, bytes = 0 }) => ({ path, bytes })),
  ];
  return { folder, files, change: change.share };
}

/** The `classifier.json` of an earlier export in a folder, if there is one. */
async function earlierExport(folder: string): Promise<ClassifierFile | undefined> {
  const path = join(folder, 'classifier.json');
  if (!existsSync(path)) return undefined;
  const file = parseClassifierFile(await readFile(path, 'utf8'), path);
  if (file.extractors.every(({ weights }) => weights.shards)) return file;
  throw new RunFolderError(folder, 'holds a run, which would be lost. Name another folder.');
}

/** Opens the exported files and measures how far their logits differ from those of the original classifier in 32 bits. */
async function measured(
  folder: string,
  file: ClassifierFile,
  loaded: LoadedClassifier,
  photos: AsyncIterable<NamedPhoto>,
): Promise<NonNullable<ClassifierFile['change']>> {
  const again = await loadParts(folder, file);
  try {
    const { extractors, ...others } = loaded.network;
    const original = { ...others, extractors: extractors.map(inFloat32) };
    const change = await changeOf(original, again.network, photos);
    if (Number.isFinite(change.share)) return change;
    throw new ClassifierFileError(
      folder,
      'some weights are too large for 16 bits. Export them as float32.',
    );
  } finally {
    disposeNetwork(again.network);
  }
}

async function encoded(network: LayersModel, precision: StoredPrecision): Promise<Uint8Array> {
  const tensors = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const [name, { shape, read }] of checkpointOf(network))
    tensors.set(name, { shape, values: await read() });
  return encodeTensors(tensors, precision);
}

const part = (name: string, bytes: Uint8Array): Part => ({ name, bytes, sha256: hashOf(bytes) });

function shardsOf(name: string, bytes: Uint8Array): Part[] {
  const count = Math.ceil(bytes.length / shardBytes);
  return Array.from({ length: count }, (_, index) =>
    part(
      `${name}-${index + 1}of${count}.bin`,
      bytes.subarray(index * shardBytes, (index + 1) * shardBytes),
    ),
  );
}
