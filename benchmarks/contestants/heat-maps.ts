/** Computes heat maps: `heat-maps.ts NETWORK METHOD BATCH SIZE PART ENGINE`. See `jobs/heat-maps.ts`. */
import { heatMapJob } from '../jobs/heat-maps';
import { startEngine } from './engine';
import { serve } from './serve';

const [network, method] = process.argv.slice(2) as [string, string];
const [batch, size, part] = process.argv.slice(4, 7).map(Number) as [number, number, number];
const engine = process.argv[7]!;
await startEngine(engine);
const run = heatMapJob({ network, method, batch, size, part });

await serve(async () => {
  await run();
  return undefined;
});
