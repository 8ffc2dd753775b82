import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attachHead, classifierHead } from '@shroom/head';
import { type Backbone, type CutBackbone, cutAt } from '@shroom/models';
import { type DownloadProgress, resnet50 } from '@shroom/models/node';
import type { Certainty } from '@shroom/train';
import { loadCheckpoint, writeAtomically } from '@shroom/train/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Progress, say, warn } from './terminal';
import { classifierOn } from './training';

/** What a run folder says of the classifier in it. */
interface ClassifierFile {
  readonly backbone: {
    readonly name: 'resnet50';
    readonly size: number;
    readonly weights: Backbone['weights'];
  };
  readonly classes: readonly string[];
  /** The trained weights, below the run folder. */
  readonly head: string;
  /** Where the backbone was cut, if what is after was trained too: its weights are with those of the head. */
  readonly cut?: string;
  /** When an answer from one view of a photo is sure; absent in folders of older runs. */
  readonly certainty?: Certainty;
}

/** A classifier as explaining and exporting need it. */
export interface ClassifierModel {
  readonly backbone: Backbone;
  readonly classes: readonly string[];
  readonly head?: LayersModel;
  /** Images `[N, H, W, 3]` to logits `[N, K]`. */
  readonly model: LayersModel;
}

export interface Classifier extends ClassifierModel {
  readonly head: LayersModel;
  /** When an answer from one view of a photo is sure. */
  readonly certainty: Certainty;
}

/** The pretrained backbone; its weights are downloaded once, with progress. */
export async function loadBackbone(size: number, signal: AbortSignal): Promise<Backbone> {
  let progress: Progress | undefined;
  const onProgress = ({ source, received, total }: DownloadProgress) => {
    if (!progress)
      say(`  Downloading the ImageNet weights ${source} (${megabytes(total)} MB), once:`);
    progress ??= new Progress('download', 'MB');
    progress.update(megabytes(received), megabytes(total));
  };
  try {
    return await resnet50({ size, onProgress, signal });
  } finally {
    progress?.stop();
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

export async function saveClassifier(
  folder: string,
  backbone: Backbone,
  classes: readonly string[],
  head: string,
  certainty: Certainty,
  cut?: CutBackbone,
): Promise<void> {
  const size = backbone.preprocessing.size[0];
  const file: ClassifierFile = {
    backbone: { name: 'resnet50', size, weights: backbone.weights },
    classes,
    head,
    ...(cut && { cut: cut.layer }),
    certainty,
  };
  await writeAtomically(join(folder, 'classifier.json'), `${JSON.stringify(file, null, 2)}\n`);
}

/** For folders of older runs. */
const unmeasured: Certainty = { temperature: 1, threshold: 0.5, coverage: 0 };

/** @throws Error when the folder holds no trained classifier, or one of other backbone weights. */
export async function loadClassifier(folder: string, signal: AbortSignal): Promise<Classifier>;
/** With the backbone cut anew, to be trained from there on. */
export async function loadClassifier(
  folder: string,
  signal: AbortSignal,
  place: string,
): Promise<Classifier & { readonly cut: CutBackbone }>;
export async function loadClassifier(folder: string, signal: AbortSignal, place?: string) {
  const text = await readFile(join(folder, 'classifier.json'), 'utf8').catch(() => {
    throw new Error(
      `${folder} holds no trained classifier (no classifier.json). \`npm start\` trains one and says where it is.`,
    );
  });
  const file = JSON.parse(text) as ClassifierFile;
  const { backbone: wanted, classes, head: weights, certainty = unmeasured } = file;
  if (certainty === unmeasured) {
    warn('the run did not measure when its classifier is sure: 50 % or more is taken for sure');
  }
  const backbone = await loadBackbone(wanted.size, signal);
  if (backbone.weights.sha256 !== wanted.weights.sha256) {
    throw new Error(
      `${folder} was trained on ${wanted.weights.source} with other weights than ${backbone.weights.source} has now. Train anew.`,
    );
  }
  const head = classifierHead(backbone.channels, classes.length);
  const trained = file.cut === undefined ? undefined : cutAt(backbone, file.cut);
  await loadCheckpoint(join(folder, weights), classifierOn(head, trained));
  const cut = place === undefined ? undefined : cutAt(backbone, place);
  return { backbone, classes, head, cut, model: attachHead(backbone.model, head), certainty };
}
