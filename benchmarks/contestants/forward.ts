/** Runs the forward pass of a frozen network on a tfjs engine: `forward.ts NETWORK ENGINE BATCH SIZE`. */
import { forwardJob } from '../jobs/forward';
import { startEngine } from './engine';
import { serve } from './serve';

const [name, engine] = process.argv.slice(2) as [string, string];
const [batch, size] = process.argv.slice(4).map(Number) as [number, number];
await startEngine(engine);
const run = forwardJob(name, batch, size);

await serve(async () => {
  await run();
  return undefined;
});
