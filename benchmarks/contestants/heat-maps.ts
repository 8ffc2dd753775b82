/** Computes heat maps: `heat-maps.ts ENGINE NETWORK METHOD BATCH SIZE PART`. See `jobs/heat-maps.ts`. */
import { heatMapJob } from '../jobs/heat-maps';
import { startEngine } from './engine';
import { serve } from './serve';

const [engine, network, method] = process.argv.slice(2) as [string, string, string];
const [batch, size, part] = process.argv.slice(5).map(Number) as [number, number, number];
await startEngine(engine);
const run = heatMapJob({ network, method, batch, size, part });

await serve(async () => {
  await run();
  return undefined;
});
