/**
 * Damages tensor files in thousands of ways. A reader has to refuse a file with an error that names it and leave the model
 * unchanged, or return exactly the values in the file.
 *
 *     npm run fuzz:formats -- [cases for each of the four readers, default 3000] [seed, default 0]
 */
import { fuzzFormats } from './targets';

const [cases = '3000', seed = '0'] = process.argv.slice(2);
for (const { name, cases: count, taken } of await fuzzFormats(Number(cases), Number(seed)))
  console.log(`${name.padEnd(28)} ${count} cases: ${taken} taken, ${count - taken} refused`);
