import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '@shroom/data';
import { fuzzFormats } from '../targets';
import { checkpointTarget } from './checkpoints';
import { classifierTarget } from './classifiers';
import { modelTarget } from './models';
import { tableTarget } from './tables';
import type { FileTarget } from './target';
import { zipTarget } from './zips';

export const fileKinds = [
  'tables',
  'zips',
  'tensors',
  'checkpoints',
  'models',
  'classifiers',
] as const;
export type FileKind = (typeof fileKinds)[number];

export interface FileReport {
  readonly kind: FileKind;
  readonly cases: number;
  /** Number of files of which something was accepted. The others were refused with a documented error. */
  readonly taken: number;
  /** Milliseconds for the slowest file. */
  readonly slowest: number;
  /** Maximum memory of the process in bytes. */
  readonly memory: number;
}

const makers: Record<Exclude<FileKind, 'tensors'>, (folder: string) => Promise<FileTarget>> = {
  tables: tableTarget,
  zips: zipTarget,
  checkpoints: checkpointTarget,
  models: modelTarget,
  classifiers: classifierTarget,
};

/**
 * Damages files of one kind in many ways, and lets every reader read them.
 *
 * @param onCase Called before each file is read. If the next call does not come in time, a reader hangs.
 * @throws Error naming the case when a reader breaks its promise. The file is kept, and the error names its path.
 */
export async function fuzzFiles(
  kind: FileKind,
  cases: number,
  seed: number,
  onCase: (index: number) => void = () => {},
): Promise<FileReport> {
  let [taken, slowest, most] = [0, 0, 0];
  const see = (begin: number) => {
    slowest = Math.max(slowest, performance.now() - begin);
    most = Math.max(most, process.memoryUsage().rss);
  };
  if (kind === 'tensors') {
    // Four readers share the cases.
    const reports = await fuzzFormats(Math.ceil(cases / 4), seed, index => {
      onCase(index);
      most = Math.max(most, process.memoryUsage().rss);
    });
    for (const report of reports) {
      taken += report.taken;
      slowest = Math.max(slowest, report.slowest);
    }
    return { kind, cases: 4 * Math.ceil(cases / 4), taken, slowest, memory: most };
  }
  const folder = await mkdtemp(join(tmpdir(), 'shroom-files-'));
  try {
    const target = await makers[kind](folder);
    for (let index = 0; index < cases; index++) {
      const bytes = target.damage(randomStream('damaged files', kind, seed, index));
      onCase(index);
      const begin = performance.now();
      try {
        if (await target.check(bytes)) taken++;
      } catch (cause) {
        const file = join(tmpdir(), `fuzz-${kind}-${seed}-${index}`);
        await writeFile(file, bytes);
        const { message } = cause as Error;
        throw new Error(
          `${kind}, case ${index} of seed ${seed}: ${message} The input is in ${file}.`,
          {
            cause,
          },
        );
      }
      see(begin);
    }
    return { kind, cases, taken, slowest, memory: most };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
