import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { say } from './terminal';

/** Folder of the sources of the web page. */
export const pageSources = fileURLToPath(new URL('../browser/', import.meta.url));
const sources = {
  root: pageSources,
  configFile: `${pageSources}vite.config.ts`,
  logLevel: 'warn',
} as const;

/** Builds the page into a folder, after emptying the folder. */
export async function buildPage(folder: string): Promise<void> {
  await build({ ...sources, build: { outDir: resolve(folder), emptyOutDir: true } });
}

/** Runs the main job in a separate process, as `npm start` does. */
export async function trainFirst(folder: string, signal: AbortSignal): Promise<void> {
  say(`  ${folder} holds no finished run. Training one first, as \`npm start\` does.`);
  const program = fileURLToPath(new URL('../train-mushrooms.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, program, '--out', folder], {
    stdio: 'inherit',
    signal,
  });
  const code = await new Promise<number | null>((done, failed) => {
    child.on('close', done).on('error', failed);
  }).catch((error: Error) => {
    // After Ctrl+C, the signal's own error is thrown instead, because its message says what is kept.
    signal.throwIfAborted();
    throw error;
  });
  signal.throwIfAborted();
  if (code !== 0) throw new Error('The training failed; its error message is above.');
}
