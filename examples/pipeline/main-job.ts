import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { say } from './terminal';

/** The main job, as `npm start` runs it. */
export async function trainFirst(folder: string, signal: AbortSignal): Promise<void> {
  say(`  ${folder} holds no finished run: training one first, as \`npm start\` does.`);
  const program = fileURLToPath(new URL('../train-mushrooms.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, program, '--out', folder], {
    stdio: 'inherit',
    signal,
  });
  const code = await new Promise<number | null>((done, failed) => {
    child.on('close', done).on('error', failed);
  }).catch((error: Error) => {
    // Ctrl+C ends both: its own words say what is kept.
    signal.throwIfAborted();
    throw error;
  });
  signal.throwIfAborted();
  if (code !== 0) throw new Error('The training did not end well; what it said is above.');
}
