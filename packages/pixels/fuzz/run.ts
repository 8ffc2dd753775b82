/**
 * Reads thousands of damaged JPEGs and BMPs: nothing may crash, hang, or fail in another way than callers are told of.
 *
 *     npx tsx packages/pixels/fuzz/run.ts [cases for each reader, default 3000] [seed]
 */
import { readDamaged } from './reading';
import { fuzzTargets } from './targets';

const [cases = 3000, seed = 0] = process.argv.slice(2).map(Number);
await readDamaged(await fuzzTargets(), cases, seed);
