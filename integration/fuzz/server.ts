/**
 * Sends thousands of damaged requests to a server. It has to answer each with a documented error, or with what was asked, and answer a
 * sound request afterwards as before.
 *
 *     npm run fuzz:server -- [cases, default 10000] [seed, default 0]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { servedFolder } from '../test/served-folder';
import { fuzzServer } from './server/fuzz';

const [cases = '10000', seed = '0'] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'shroom-fuzz-server-'));
try {
  const { server, photo, answer } = await servedFolder(folder);
  const before = await answer();
  const start = performance.now();
  const { statuses } = await fuzzServer(server.url, photo, Number(cases), Number(seed));
  const seconds = (performance.now() - start) / 1000;
  if ((await answer()) !== before)
    throw new Error('A sound request gets another answer than before.');
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const ended = Number(/^shroom_workers_ended_total (\d+)$/m.exec(metrics)?.[1]);
  if (ended !== 0) throw new Error(`${ended} processes have ended.`);
  const counts = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
  console.log(`${cases} damaged requests in ${seconds.toFixed(0)} s; ${counts.join(', ')}`);
  await server.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
