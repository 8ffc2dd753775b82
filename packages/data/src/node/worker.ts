// The script of the threads that make batches. Only `batches` starts it.
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { type BatchTask, type MadeBatch, makeBatch, SampleError } from './batch';
import type { Answer } from './threads';

// Each thread decodes one picture at a time, because additional threads of libvips would only compete with it. No file is
// read twice in an epoch, so a cache of files would only waste memory. Both settings apply to the whole process.
sharp.concurrency(1);
sharp.cache(false);

parentPort!.on('message', async (task: BatchTask) => {
  try {
    const result = await makeBatch(task);
    parentPort!.postMessage({ result } satisfies Answer<MadeBatch>, [result.images.buffer]);
  } catch (error) {
    const { message } = error as Error;
    const sample = error instanceof SampleError ? error.sample : undefined;
    const answer: Answer<MadeBatch> = {
      error: { message, ...(sample !== undefined && { sample }) },
    };
    parentPort!.postMessage(answer);
  }
});
