import { expect, test } from 'vitest';
import { fileKinds, fuzzFiles } from '../fuzz/files/fuzz';

/** `npm run fuzz:files` reads ten thousand of each kind, in processes that are watched for time and memory. */
test.each(fileKinds)('damaged %s are refused by name, or give what they say', async kind => {
  const { cases, taken, slowest } = await fuzzFiles(kind, 200, 1);
  // Neither all nor nothing: both halves of the promise were tried.
  expect(taken).toBeGreaterThan(cases / 50);
  expect(taken).toBeLessThan(cases / 2);
  expect(slowest).toBeLessThan(20_000);
});
