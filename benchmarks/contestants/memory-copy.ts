/** Copies memory with the pinned number of threads, each of which copies its own part: `memory-copy.ts MEGABYTES`. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { serve, threads } from './serve';

const bytes = 1e6 * Number(process.argv[2]);
const program = `
  const { parentPort, workerData: bytes } = require('node:worker_threads');
  const source = new Uint8Array(bytes).fill(1);
  const target = new Uint8Array(bytes).fill(2);
  parentPort.on('message', () => {
    target.set(source);
    parentPort.postMessage(target[bytes - 1]);
  });
  parentPort.postMessage(0);`;
const workers = await Promise.all(
  Array.from({ length: threads }, async () => {
    const worker = new Worker(program, {
      eval: true,
      workerData: Math.floor(bytes / threads),
    });
    await once(worker, 'message');
    return worker;
  }),
);

await serve(async () => {
  await Promise.all(
    workers.map(worker => {
      worker.postMessage(0);
      return once(worker, 'message');
    }),
  );
  return undefined;
});
