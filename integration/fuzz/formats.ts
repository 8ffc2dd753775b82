/**
 * Damages files of tensors in thousands of ways: a reader refuses them with an error that names the file and leaves the
 * model as it was, or gives the very values that the file holds.
 *
 *     npm run fuzz:formats -- [cases for each of the four readers, default 3000] [seed, default 0]
 */
import { fuzzFormats } from './targets';

const [cases = '3000', seed = '0'] = process.argv.slice(2);
for (const { name, cases: count, taken } of await fuzzFormats(Number(cases), Number(seed)))
  console.log(`${name.padEnd(28)} ${count} cases: ${taken} taken, ${count - taken} refused`);
