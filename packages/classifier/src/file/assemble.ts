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
  /** The extractor that was fine-tuned. Absent if only the head was trained. */
  readonly cut?: CutExtractor;
  readonly novelty?: Novelty;
}

/** A classifier whose networks still have their published, pretrained weights. `loadTrained` replaces them by the trained weights. */
export interface UntrainedClassifier extends LoadedClassifier {
  /** Loads the trained weights into the head and into the fine-tuned layers of the network. */
  loadTrained(): void;
}

/** The entry of one network in `classifier.json`. */
export type ExtractorFacts = ClassifierFile['extractors'][number];

/** Reads the parts of a classifier, from a folder or from a server. */
export interface ClassifierParts {
  /** Path of `classifier.json`, for error messages. */
  readonly path: string;
  /** Reads the bytes of one of the classifier's files. @throws ClassifierFileError when the file is missing or has another hash. */
  read(file: StoredFile): Promise<Uint8Array>;
  /**
   * Loads a frozen network with its weights.
   *
   * @throws ClassifierFileError when the classifier was trained on other weights.
   */
  backbone(facts: ExtractorFacts, index: number): Promise<Backbone>;
  /** Makes an extractor compute with integers of 8 bits. Where it is absent, as in browsers, all compute with numbers of 32 bits. */
  int8?(extractor: Extractor, index: number, ranges: StoredFile): Promise<Extractor>;
}

/** Builds a classifier with its trained weights. @throws ClassifierFileError when a part is missing, damaged or of another training. */
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

/**
 * Builds a classifier without loading its trained weights.
 *
 * @throws ClassifierFileError when a part is missing, damaged or of another training.
 */
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
  const inPrecision = async (extractor: Extractor, index: number) => {
    if (file.extractors[index]!.computes !== 'int8' || !parts.int8) return extractor;
    try {
      return await parts.int8(extractor, index, file.ranges!);
    } catch (error) {
      extractor.dispose();
      throw error;
    }
  };
  try {
    for (const [index, each] of file.extractors.entries())
      extractors.push(await inPrecision(await extractorFrom(each, index, frames, parts), index));
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
        `frames.safetensors has no frames for the layer '${layer}'. Restore the folder, or train again.`,
      );
    return { layer, center: center.values, directions: directions.values };
  });
  const backbone = await parts.backbone(facts, index);
  let extractor: Extractor;
  try {
    extractor = extractorOf(backbone, facts.pooling, own);
  } catch (cause) {
    backbone.dispose();
    throw new ClassifierFileError(parts.path, `extractor ${index}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const { width, pooling } = extractor;
  if (width !== facts.width || pooling !== facts.pooling) {
    extractor.dispose();
    throw new ClassifierFileError(
      parts.path,
      `extractor ${index} computes ${width} features pooled by ${pooling}, but classifier.json says ${facts.width} pooled by ${facts.pooling}.`,
    );
  }
  return extractor;
}
