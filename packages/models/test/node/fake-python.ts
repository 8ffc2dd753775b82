import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipChunks } from '@shroom/formats';

/** A program that answers as Python with pip does, for wheels in a folder. Windows cannot start it. */
export interface FakePython {
  /** Path of the program. */
  readonly python: string;
  /** Arguments of every download so far. */
  downloads(): string[][];
  /** Lets pip end with what it writes to standard error; `undefined` lets it work again. */
  fail(error: string | undefined): Promise<void>;
  /** Puts a wheel on the index. */
  offer(spec: string, files: Readonly<Record<string, Uint8Array>>): Promise<void>;
}

const program = `#!${process.execPath}
const { appendFileSync, copyFileSync, existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const fail = join(__dirname, 'fail');
if (existsSync(fail) && readFileSync(fail, 'utf8') !== '') {
  process.stderr.write(readFileSync(fail, 'utf8'));
  process.exit(1);
}
const args = process.argv.slice(2);
if (args.join(' ') === '-m pip --version') console.log('pip 24.0 from /nowhere (python 3.12)');
else {
  appendFileSync(join(__dirname, 'downloads'), JSON.stringify(args) + '\\n');
  const spec = args.at(-1);
  const wheel = join(__dirname, spec + '.whl');
  if (!existsSync(wheel)) {
    console.error('ERROR: Could not find a version that satisfies the requirement ' + spec);
    console.error('ERROR: No matching distribution found for ' + spec);
    process.exit(1);
  }
  copyFileSync(wheel, join(args[args.indexOf('--dest') + 1], spec.replace('==', '-') + '-py3-none-any.whl'));
}
`;

export async function fakePython(folder: string): Promise<FakePython> {
  await mkdir(folder, { recursive: true });
  const python = join(folder, 'python3');
  await writeFile(python, program);
  await chmod(python, 0o755);
  return {
    python,
    downloads: () => {
      const path = join(folder, 'downloads');
      const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
      return text === '' ? [] : text.split('\n').map(line => JSON.parse(line));
    },
    fail: error => writeFile(join(folder, 'fail'), error ?? ''),
    offer: async (spec, files) => {
      const members = Object.entries(files).map(([path, bytes]) => ({ path, bytes }));
      await writeFile(join(folder, `${spec}.whl`), Buffer.concat([...zipChunks(members)]));
    },
  };
}
