/**
 * Damages tables, zip files, tensor files and tfjs models in thousands of ways. A reader has to refuse each file with a
 * documented error, or return what the file says. Each kind of file is read in a separate process with limited time per
 * file and limited memory.
 *
 *     npm run fuzz:files -- [cases for each kind, default 10000] [kinds, default all] [seed, default 0]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type FileKind, type FileReport, fileKinds, fuzzFiles } from './files/fuzz';

const [cases = '10000', kinds = fileKinds.join(), seed = '0', child] = process.argv.slice(2);

/** Time limit for one file in milliseconds. */
const timeout = 20_000;
/** Memory limit of the process in bytes; a part of it is used by the engine and the decoders. */
const mostMemory = 1.5e9;

if (child) await beChild();
else for (const kind of kinds.split(',') as FileKind[]) await fuzzApart(kind);

async function beChild(): Promise<void> {
  let last = 0;
  const report = await fuzzFiles(kinds as FileKind, Number(cases), Number(seed), index => {
    // Sending a message for every file would take longer than reading it.
    if (performance.now() - last < 200) return;
    last = performance.now();
    process.send!({ index });
  });
  process.send!(report);
}

async function fuzzApart(kind: FileKind): Promise<void> {
  const worker = fork(fileURLToPath(import.meta.url), [cases, kind, seed, 'child'], {
    execArgv: ['--import', 'tsx', '--max-old-space-size=1000'],
  });
  const report = await reportOf(worker, kind);
  const { taken, slowest, memory } = report;
  if (memory > mostMemory) throw new Error(`${kind}: ${megabytes(memory)} MB of memory were used.`);
  console.log(
    `${kind.padEnd(8)} ${report.cases} damaged files: ${taken} read correctly, ${report.cases - taken} refused; ` +
      `the slowest took ${slowest.toFixed(0)} ms, memory at most ${megabytes(memory)} MB`,
  );
}

function reportOf(worker: ChildProcess, kind: FileKind): Promise<FileReport> {
  let index = 0;
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      worker.kill('SIGKILL');
      reject(new Error(`${kind}, seed ${seed}, case ${index} or a few after it: ${what}`));
    };
    let timer = setTimeout(() => fail('no answer at the start'), 6 * timeout);
    worker.on('message', (message: { index: number } | FileReport) => {
      if ('kind' in message) {
        clearTimeout(timer);
        resolve(message);
        return;
      }
      index = message.index;
      clearTimeout(timer);
      timer = setTimeout(() => fail(`no answer in ${timeout / 1000} s`), timeout);
    });
    worker.on('exit', code => {
      clearTimeout(timer);
      if (code !== 0) fail(`the process ended with ${code}`);
    });
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
