import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadBackbone } from '@shroom/models/node';
import { loadCheckpoint } from '@shroom/train/node';
import { ClassifierFileError } from '../errors';
import { type ClassifierNetwork, disposeHead, startHead } from '../network/classifier-network';
import { type CutExtractor, cutExtractor, type Extractor, extractorOf } from '../network/extractor';
import { headOnTrained } from '../network/tuned';
import { Meter, type OnProgress } from '../progress';
import { type Novelty, noveltyOf } from '../training/novelty';
import { parseClassifierFile } from './classifier-file';
import type { ClassifierFile } from './schema';
import { readStored, readTensors, type Tensors } from './tensors';

/** A classifier from a folder, ready to compute. */
export interface LoadedClassifier {
  readonly file: ClassifierFile;
  readonly network: ClassifierNetwork;
  /** Where the network was trained too. */
  readonly cut?: CutExtractor;
  readonly novelty?: Novelty;
}

export interface LoadOptions {
  /** Weights of the backbones, in their order, where they are no longer where the file says. */
  readonly weights?: readonly string[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** A classifier from a folder, whose networks have the weights that they were published with, until `loadTrained` is called. */
export interface UntrainedClassifier extends LoadedClassifier {
  /** Puts what was trained into the head, and into the layers of the network that were trained too. */
  loadTrained(): Promise<void>;
}

/** @throws ClassifierFileError when the folder holds no classifier, or a part of it is missing, damaged or of another training. */
export async function loadClassifier(
  folder: string,
  options: LoadOptions = {},
): Promise<LoadedClassifier> {
  const { loadTrained, ...loaded } = await loadUntrained(folder, options);
  try {
    await loadTrained();
    return loaded;
  } catch (error) {
    disposeNetwork(loaded.network);
    throw error;
  }
}

/** Frees the weights of a classifier. */
export function disposeNetwork({ head, extractors }: ClassifierNetwork): void {
  disposeHead(head);
  for (const extractor of extractors) extractor.dispose();
}

/** @throws ClassifierFileError as `loadClassifier` does. */
export async function loadUntrained(
  folder: string,
  options: LoadOptions = {},
): Promise<UntrainedClassifier> {
  const path = join(folder, 'classifier.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === 'ENOENT'
        ? 'there is no trained classifier'
        : `it cannot be read (${cause.code})`;
    throw new ClassifierFileError(path, `${reason}. \`train\` makes one and says where it is.`, {
      cause,
    });
  });
  const file = parseClassifierFile(text, path);
  const frames = file.frames ? await readTensors(folder, file.frames) : new Map();
  const { novelty } = file;
  const strange = novelty && noveltyOf({ ...novelty, tensors: await readTensors(folder, novelty) });
  await readStored(folder, file.head);
  const extractors: Extractor[] = [];
  try {
    for (const [index, each] of file.extractors.entries())
      extractors.push(await extractorFrom(each, index, frames, path, options));
    const { finetuned } = file;
    const cut = finetuned && cutExtractor(extractors[finetuned.extractor]!, finetuned.layer);
    const width = extractors.reduce((sum, each) => sum + each.width, 0);
    const head = startHead(file.head.name, width, file.classes.length, 0);
    const trained = cut ? headOnTrained(head, cut, extractors) : head;
    return {
      file,
      network: { extractors, head, classes: file.classes },
      ...(cut && { cut }),
      ...(strange && { novelty: strange }),
      loadTrained: async () => {
        await loadCheckpoint(join(folder, file.head.path), trained);
      },
    };
  } catch (error) {
    for (const extractor of extractors) extractor.dispose();
    throw error;
  }
}

async function extractorFrom(
  {
    architecture,
    weights,
    preprocessing,
    pooling,
    taps,
    width,
  }: ClassifierFile['extractors'][number],
  index: number,
  frames: Tensors,
  path: string,
  { weights: elsewhere, onProgress, signal }: LoadOptions,
): Promise<Extractor> {
  const source = elsewhere?.[index] ?? weights.source;
  const meter = new Meter('downloading weights', 'MB', onProgress);
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  const backbone = await loadBackbone(architecture, source, {
    size: preprocessing.size,
    license: weights.license,
    preprocessing,
    ...(signal && { signal }),
    onProgress: ({ received, total }) =>
      meter.update(megabytes(received), megabytes(total), source),
  });
  if (backbone.weights.sha256 !== weights.sha256) {
    backbone.dispose();
    throw new ClassifierFileError(
      path,
      `it was trained on other weights than '${source}' has now. Give the old ones with the option weights, or train again.`,
    );
  }
  const own = taps.map(layer => {
    const [center, directions] = ['center', 'directions'].map(name =>
      frames.get(`${index}/${layer}/${name}`),
    );
    if (!center || !directions)
      throw new ClassifierFileError(
        path,
        `its frames lack those of '${layer}'. Restore the folder, or train again.`,
      );
    return { layer, center: center.values, directions: directions.values };
  });
  const extractor = extractorOf(backbone, own);
  if (extractor.width !== width || extractor.pooling !== pooling)
    throw new ClassifierFileError(
      path,
      `extractor ${index} gives ${extractor.width} features, it says ${width}.`,
    );
  return extractor;
}
