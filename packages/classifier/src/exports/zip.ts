import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { zipChunks } from '@shroom/formats';
import type { Exported, ExportSource } from './form';
import { exportForWeb, type WebExportOptions } from './web';

/**
 * Options of `classifier.export('zip', file)`.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const options: ZipExportOptions = { weights: 'float16' };
 * await classifier.export('zip', 'pets.zip', options);
 * ```
 */
export interface ZipExportOptions extends WebExportOptions {
  /** Number format of the stored weights. Default `float32`. */
  readonly weights?: WebExportOptions['weights'];
}

/**
 * The result of `classifier.export('zip', file)`.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const { files, change }: ZipExport = await classifier.export('zip', 'pets.zip');
 * console.log(files[0]!.bytes, change);
 * ```
 */
export interface ZipExport extends Exported {
  /** The largest change of any logit due to folding and rounding the weights, as a share of the largest logit. */
  readonly change: number;
}

/** Writes a classifier as one file that `openClassifier` opens in Node and in browsers. It holds what the form `web` writes. */
export async function exportToZip(
  source: ExportSource,
  destination: string,
  options: ZipExportOptions,
): Promise<ZipExport> {
  const path = resolve(destination);
  const part = `${path}.${randomUUID()}.part`;
  const folder = `${part}.files`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const { files, change } = await exportForWeb(source, folder, {
      weights: 'float32',
      ...options,
    });
    await writeZip(part, folder, files, options.signal);
    await rename(part, path);
    const { size } = await stat(path);
    return { folder: dirname(path), files: [{ path: basename(path), bytes: size }], change };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(part, { force: true });
  }
}

async function writeZip(
  path: string,
  folder: string,
  files: Exported['files'],
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (const chunk of zipChunks(filesIn(folder, files))) {
      signal?.throwIfAborted();
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
}

/** Reads each file when its turn comes. */
function* filesIn(folder: string, files: Exported['files']) {
  for (const { path } of files) yield { path, bytes: readFileSync(join(folder, path)) };
}
