import { basename, dirname, resolve } from 'node:path';
import { exportOnnx, type WeightPrecision } from '@shroom/models';
import { writeAtomically } from '@shroom/train/node';
import { type NamesOf, requireKnown } from '../requirements';
import { answerNetwork } from './answer-network';
import { type ExportFacts, exportFacts } from './facts';
import type { AnswerExportOptions, Exported, ExportSource } from './form';

/**
 * Options of `classifier.export('onnx', file)`.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const options: OnnxExportOptions = { weights: 'float16' };
 * await classifier.export('onnx', 'pets.onnx', options);
 * ```
 */
export interface OnnxExportOptions extends AnswerExportOptions {
  /** How weights are stored. Default `'float32'`. */
  readonly weights?: WeightPrecision;
}

const known: NamesOf<OnnxExportOptions> = { weights: true, views: true, signal: true };

/**
 * Writes a classifier as one ONNX file, from images `[N, 3, H, W]` (RGB from 0 to 1) to `logits` and `probabilities` `[N, K]`. Classes,
 * preprocessing and licenses are in its metadata.
 */
export async function exportToOnnx(
  source: ExportSource,
  destination: string,
  options: OnnxExportOptions,
): Promise<Exported> {
  requireKnown('', options, known);
  const path = resolve(destination);
  const bytes = await onnxOf(source, { ...options, input: 'images' });
  options.signal?.throwIfAborted();
  await writeAtomically(path, bytes);
  return { folder: dirname(path), files: [{ path: basename(path), bytes: bytes.length }] };
}

/** The bytes of a classifier as an ONNX file. */
export async function onnxOf(
  source: ExportSource,
  options: OnnxExportOptions & { readonly input: string },
): Promise<Uint8Array> {
  const { views = 1, weights = 'float32', input } = options;
  const facts = exportFacts(source, views);
  const { model, dispose } = answerNetwork(source, { views, folded: false });
  try {
    return await exportOnnx(model, {
      outputs: { logits: 'logits', probabilities: 'probabilities' },
      ...{ weights, input, metadata: metadataOf(facts) },
    });
  } finally {
    dispose();
  }
}

/** Facts as texts: lists, objects and numbers as JSON. */
const metadataOf = (facts: ExportFacts): Record<string, string> =>
  Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
