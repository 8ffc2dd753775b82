import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './program';

export interface Tarball {
  /** Name of the package. */
  readonly name: string;
  /** Path of the `.tgz` file. */
  readonly file: string;
  /** Paths of its files, relative to the package. */
  readonly contents: readonly string[];
}

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs every package into a folder, as for a release. */
export async function packAll(folder: string): Promise<readonly Tarball[]> {
  const pnpm = join(root, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  const args = [pnpm, '--filter', '@shroom/*', 'pack', '--json', '--pack-destination', folder];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const packed = JSON.parse(stdout) as readonly Packed[];
  return packed.map(({ name, filename, files }) => ({
    name,
    file: filename,
    contents: files.map(({ path }) => path).sort(),
  }));
}

export const bytesOf = (file: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(file));
