import { graphModelArtifacts } from '@shroom/models';
import type { StoredPrecision } from '../file/encoded';
import { type NamesOf, requireKnown } from '../requirements';
import { answerNetwork } from './answer-network';
import { exportCard } from './card';
import { type ExportFacts, exportFacts } from './facts';
import { type ExportFile, requireExportFolder, writeExportFolder } from './folder';
import type { AnswerExportOptions, Exported, ExportSource } from './form';
import { requireStoredPrecision } from './precision';

/**
 * Options of `classifier.export('tfjs', folder)`.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const options: TfjsExportOptions = { weights: 'float16' };
 * await classifier.export('tfjs', 'site/pets', options);
 * ```
 */
export interface TfjsExportOptions extends AnswerExportOptions {
  /** Number format of the stored weights. Default `float32`. */
  readonly weights?: StoredPrecision;
}

const known: NamesOf<TfjsExportOptions> = { weights: true, views: true, signal: true };

/** Size of a file of weights in bytes, as TensorFlow.js's own converter has it. */
const shardBytes = 4 << 20;
const own = /^(model\.json|weights-\d+of\d+\.bin|README\.md)$/;

/**
 * Writes a classifier as a graph model of TensorFlow.js, from images `[N, H, W, 3]` (RGB from 0 to 1) to `logits` and `probabilities`.
 * `loadGraphModel` opens it without any package of this project. Classes, preprocessing and licenses are its `userDefinedMetadata`.
 */
export async function exportToTfjs(
  source: ExportSource,
  destination: string,
  options: TfjsExportOptions,
): Promise<Exported> {
  const { views = 1, weights = 'float32', signal } = options;
  requireKnown('', options, known);
  requireStoredPrecision(weights);
  const folder = await requireExportFolder(destination, own);
  const facts = exportFacts(source, views);
  const { model, dispose } = answerNetwork(source, { views, folded: true });
  try {
    const artifacts = await graphModelArtifacts(model, {
      outputs: { probabilities: 'probabilities', logits: 'logits' },
      ...{ weights, metadata: { ...facts } },
    });
    const { weightSpecs, weightData, ...json } = artifacts;
    const shards = shardsOf(new Uint8Array(weightData as ArrayBuffer));
    const weightsManifest = [{ paths: shards.map(({ path }) => path), weights: weightSpecs }];
    const card = exportCard(facts, { library: 'tensorflow.js', use: useOf(facts) });
    const files = [
      ...shards,
      { path: 'README.md', content: card },
      { path: 'model.json', content: JSON.stringify({ ...json, weightsManifest }) },
    ];
    return await writeExportFolder(folder, files, signal);
  } finally {
    dispose();
  }
}

function shardsOf(bytes: Uint8Array): ExportFile[] {
  const count = Math.ceil(bytes.length / shardBytes);
  return Array.from({ length: count }, (_, index) => ({
    path: `weights-${index + 1}of${count}.bin`,
    content: bytes.subarray(index * shardBytes, (index + 1) * shardBytes),
  }));
}

const useOf = ({ preprocessing, views }: ExportFacts): string => `
\`\`\`js
import * as tf from '@tensorflow/tfjs';

const model = await tf.loadGraphModel('model.json');
const { classes } = model.artifacts.userDefinedMetadata;
const probabilities = tf.tidy(() => {
  const pixels = tf.browser.fromPixels(document.querySelector('img'));
  const image = tf.image.resizeBilinear(pixels, [${preprocessing.size}]).div(255).expandDims();
  return model.execute(image, 'probabilities'); // one for each class
});
\`\`\`
${views === 1 ? '' : `\nEach photo is ${views} consecutive images: its views. The model gives one answer for them.\n`}
Reducing a photo to the model's size by averaging, as Pillow does, gives the classifier's own answers. \`resizeBilinear\` skips pixels instead, so
its answers differ a little.
`;
