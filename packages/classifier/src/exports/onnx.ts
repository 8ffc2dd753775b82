import { rm } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { exportOnnx, type WeightPrecision } from '@shroom/models';
import { writeAtomically } from '@shroom/train/node';
import { type NamesOf, requireKnown } from '../requirements';
import { answerNetwork } from './answer-network';
import { DataFile } from './data-file';
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
  /**
   * Weights of more bytes are stored in a file beside the ONNX file, with the same name and `.data` (for transformers.js `_data`). Default
   * 2e9: an ONNX file ends at 2 GiB.
   */
  readonly dataAbove?: number;
}

export const onnxOptions: NamesOf<OnnxExportOptions> = {
  weights: true,
  views: true,
  dataAbove: true,
  signal: true,
};

/**
 * Writes a classifier as an ONNX file, from images `[N, 3, H, W]` (RGB from 0 to 1) to `logits` and `probabilities` `[N, K]`. Classes,
 * preprocessing and licenses are in its metadata.
 */
export async function exportToOnnx(
  source: ExportSource,
  destination: string,
  options: OnnxExportOptions,
): Promise<Exported> {
  requireKnown('', options, onnxOptions);
  const path = resolve(destination);
  const files = await writeOnnx(source, path, { ...options, input: 'images', ending: '.data' });
  return { folder: dirname(path), files };
}

/**
 * Writes a classifier as an ONNX file, and its weights beside it if they are too large for it.
 *
 * @returns The written files, by their names in the folder of the ONNX file, which is the first.
 */
export async function writeOnnx(
  source: ExportSource,
  path: string,
  options: OnnxExportOptions & { readonly input: string; readonly ending: string },
): Promise<{ path: string; bytes: number }[]> {
  const { views = 1, weights = 'float32', input, ending, dataAbove, signal } = options;
  if (dataAbove !== undefined && !(dataAbove >= 0))
    throw new RangeError(`dataAbove should be a number of bytes, 0 or more, not ${dataAbove}.`);
  const facts = exportFacts(source, views);
  const { model, dispose } = answerNetwork(source, { views, folded: false });
  const data = new DataFile(`${path}${ending}`);
  const write = async (bytes: Uint8Array) => {
    signal?.throwIfAborted();
    await data.append(bytes);
  };
  const external = { name: basename(data.path), write };
  try {
    const bytes = await exportOnnx(model, {
      outputs: { logits: 'logits', probabilities: 'probabilities' },
      ...{ weights, input, metadata: metadataOf(facts) },
      external: { ...external, ...(dataAbove !== undefined && { above: dataAbove }) },
    });
    signal?.throwIfAborted();
    const beside = await data.replace(() => rm(path, { force: true }));
    await writeAtomically(path, bytes);
    return [{ path: basename(path), bytes: bytes.length }, ...beside];
  } finally {
    dispose();
    await data.discard();
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
