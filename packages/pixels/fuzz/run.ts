/**
 * Reads thousands of damaged JPEGs and BMPs. No reader may crash, hang, or throw an undocumented error.
 *
 *     npx tsx packages/pixels/fuzz/run.ts [cases for each reader, default 3000] [seed]
 */
import { readDamaged } from './reading';
import { fuzzTargets } from './targets';

const [cases = 3000, seed = 0] = process.argv.slice(2).map(Number);
await readDamaged(await fuzzTargets(), cases, seed);
