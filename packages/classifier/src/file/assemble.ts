import type { Backbone } from '@shroom/models';
import { restoreCheckpoint } from '@shroom/train';
import { ClassifierFileError } from '../errors';
import { type ClassifierNetwork, disposeHead, startHead } from '../network/classifier-network';
import { type CutExtractor, cutExtractor, type Extractor, extractorOf } from '../network/extractor';
import { headOnTrained } from '../network/tuned';
import { taskOf } from '../task';
import { type Novelty, noveltyOf } from '../training/novelty';
import type { ClassifierFile } from './schema';
import { type StoredFile, type Tensors, tensorsOf } from './stored';

/** A classifier that is ready to compute. */
export interface LoadedClassifier {
  readonly file: ClassifierFile;
  readonly network: ClassifierNetwork;
  /** Where the network was trained too. */
  readonly cut?: CutExtractor;
  readonly novelty?: Novelty;
}

/** A classifier whose networks have the weights that they were published with, until `loadTrained` is called. */
export interface UntrainedClassifier extends LoadedClassifier {
  /** Puts what was trained into the head, and into the layers of the network that were trained too. */
  loadTrained(): void;
}

/** What one network of a classifier is, as its file says it. */
export type ExtractorFacts = ClassifierFile['extractors'][number];

/** Where the parts of a classifier come from: a folder, or a server. */
export interface ClassifierParts {
  /** Of `classifier.json`, for errors. */
  readonly path: string;
  /** The bytes of a file below it. @throws ClassifierFileError when it is not there, or not the file that its hash means. */
  read(file: StoredFile): Promise<Uint8Array>;
  /** A network with its weights, frozen. @throws ClassifierFileError when they are not those that the classifier was trained on. */
  backbone(facts: ExtractorFacts, index: number): Promise<Backbone>;
}

/** @throws ClassifierFileError when a part is missing, damaged or of another training. */
export async function assemble(
  file: ClassifierFile,
  parts: ClassifierParts,
): Promise<LoadedClassifier> {
  const { loadTrained, ...loaded } = await assembleUntrained(file, parts);
  try {
    loadTrained();
    return loaded;
  } catch (error) {
    disposeNetwork(loaded.network);
    throw error;
  }
}

/** @throws ClassifierFileError as `assemble` does. */
export async function assembleUntrained(
  file: ClassifierFile,
  parts: ClassifierParts,
): Promise<UntrainedClassifier> {
  const { head: stored, novelty } = file;
  const tensorsIn = async (each: StoredFile) => tensorsOf(await parts.read(each), each.path);
  const frames = file.frames ? await tensorsIn(file.frames) : new Map();
  const strange = novelty && noveltyOf({ ...novelty, tensors: await tensorsIn(novelty) });
  const trainedBytes = await parts.read(stored);
  const extractors: Extractor[] = [];
  try {
    for (const [index, each] of file.extractors.entries())
      extractors.push(await extractorFrom(each, index, frames, parts));
    const { finetuned } = file;
    const cut = finetuned && cutExtractor(extractors[finetuned.extractor]!, finetuned.layer);
    const width = extractors.reduce((sum, each) => sum + each.width, 0);
    const head = startHead(stored.name, width, file.classes.length, 0);
    const trained = cut ? headOnTrained(head, cut, extractors) : head;
    return {
      file,
      network: { extractors, head, classes: file.classes, task: taskOf(file) },
      ...(cut && { cut }),
      ...(strange && { novelty: strange }),
      loadTrained: () => {
        restoreCheckpoint(stored.path, trainedBytes, trained);
      },
    };
  } catch (error) {
    for (const extractor of extractors) extractor.dispose();
    throw error;
  }
}

/** Frees the weights of a classifier. */
export function disposeNetwork({ head, extractors }: ClassifierNetwork): void {
  disposeHead(head);
  for (const extractor of extractors) extractor.dispose();
}

async function extractorFrom(
  facts: ExtractorFacts,
  index: number,
  frames: Tensors,
  parts: ClassifierParts,
): Promise<Extractor> {
  const own = facts.taps.map(layer => {
    const [center, directions] = ['center', 'directions'].map(name =>
      frames.get(`${index}/${layer}/${name}`),
    );
    if (!center || !directions)
      throw new ClassifierFileError(
        parts.path,
        `its frames lack those of '${layer}'. Restore the folder, or train again.`,
      );
    return { layer, center: center.values, directions: directions.values };
  });
  const backbone = await parts.backbone(facts, index);
  let extractor: Extractor;
  try {
    extractor = extractorOf(backbone, own);
  } catch (cause) {
    backbone.dispose();
    throw new ClassifierFileError(parts.path, `extractor ${index}: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (extractor.width !== facts.width || extractor.pooling !== facts.pooling) {
    extractor.dispose();
    throw new ClassifierFileError(
      parts.path,
      `extractor ${index} gives ${extractor.width} features, it says ${facts.width}.`,
    );
  }
  return extractor;
}
