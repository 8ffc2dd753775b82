import { expect, test } from 'vitest';
import { fileKinds, fuzzFiles } from '../fuzz/files/fuzz';

/**
 * A short version of `npm run fuzz:files`, which reads ten thousand files of each kind in processes with limits for time
 * and memory.
 */
test.each(fileKinds)('damaged %s are refused by name, or give what they say', async kind => {
  const { cases, taken, slowest } = await fuzzFiles(kind, 200, 1);
  // Neither none nor all files were accepted, so both parts of the promise were tested.
  expect(taken).toBeGreaterThan(cases / 50);
  expect(taken).toBeLessThan(cases / 2);
  expect(slowest).toBeLessThan(20_000);
});
