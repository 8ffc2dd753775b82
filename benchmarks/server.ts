/**
 * Measures a served classifier (`resnet50`, photos resized to 299 pixels, one view) beside direct calls of `predict` in this process, in turns:
 * the latency of one connection, the throughput of 32 connections, and the memory over many requests. Everything runs on this machine.
 *
 *     npm run bench:server -- [--rounds 5] [--requests 10000] [--workers 1] [--size 299]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openClassifier, train } from '@shroom/classifier';
import { drawMushroom } from '@shroom/drawn';
import { openDrawn } from '@shroom/drawn/node';
import sharp from 'sharp';
import { median } from './runner/median';
import { load, served } from './server/load';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '1' },
    size: { type: 'string', default: '299' },
  },
});
const [rounds, requests, workers, size] = [
  values.rounds,
  values.requests,
  values.workers,
  values.size,
].map(Number) as [number, number, number, number];
/** Requests, or photos that are classified directly, in a round. */
const perRound = 64;

const folder = await mkdtemp(join(tmpdir(), 'shroom-bench-server-'));
const run = join(folder, 'run');
await train(
  { ...openDrawn(6), name: 'drawn' },
  { recipe: 'fast', size, epochs: 1, views: 1, testViews: 1, out: run },
);
const { pixels, width, height } = drawMushroom('Amanita', { seed: 1, size: 640 });
const photo = await sharp(pixels, { raw: { width, height, channels: 3 } })
  .jpeg({ quality: 90 })
  .toBuffer();

const classifier = await openClassifier(run);
const server = await served(run, workers);
try {
  await latency();
  await throughput();
  await memory();
} finally {
  server.close();
  await classifier.dispose();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);

/** Milliseconds of each direct call with a number of photos. */
async function direct(photos: number, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    const start = performance.now();
    await classifier.predict(Array(photos).fill(photo), { views: 1 });
    times.push(performance.now() - start);
  }
  return times;
}

async function latency(): Promise<void> {
  const [own, theirs]: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round++) {
    const times = await direct(1, perRound);
    const { median: answered } = await load(server.url, photo, 1, perRound);
    // The first round compiles.
    if (round < 0) continue;
    own.push(median(times));
    theirs.push(answered);
  }
  const [call, answer] = [median(own), median(theirs)];
  console.log(
    `one connection: predict ${call.toFixed(1)} ms, the server ${answer.toFixed(1)} ms: ${(answer - call).toFixed(1)} ms more, ratio ${(answer / call).toFixed(3)}`,
  );
}

async function throughput(): Promise<void> {
  const [own, theirs]: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round++) {
    const times = await direct(8, perRound / 8);
    const { rate } = await load(server.url, photo, 32, 4 * perRound);
    if (round < 0) continue;
    own.push(8000 / median(times));
    theirs.push(rate);
  }
  const [calls, answers] = [median(own), median(theirs)];
  console.log(
    `32 connections: batches of 8 ${calls.toFixed(1)} photos/s, the server ${answers.toFixed(1)}: ratio ${(answers / calls).toFixed(3)}`,
  );
}

async function memory(): Promise<void> {
  const megabytes = async () => (await server.memory()) / 1e6;
  const parts = 10;
  const sizes: number[] = [await megabytes()];
  for (let part = 0; part < parts; part++) {
    await load(server.url, photo, 32, Math.round(requests / parts));
    sizes.push(await megabytes());
  }
  const shown = sizes.map(size => size.toFixed(0)).join(', ');
  const growth = sizes.at(-1)! / sizes[1]!;
  console.log(
    `memory of the server and its ${workers} workers over ${requests} requests, MB: ${shown}; the last is ${growth.toFixed(3)} of the one after the first tenth`,
  );
}
