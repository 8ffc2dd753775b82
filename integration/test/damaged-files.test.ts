import { expect, test } from 'vitest';
import { fuzzFormats } from '../fuzz/targets';

test('a damaged file of tensors is refused by name and changes nothing, or gives what it says', async () => {
  const reports = await fuzzFormats(1000, 1);
  for (const { name, cases, taken } of reports) {
    // Neither none nor all files were accepted, so both parts of the promise were tested.
    expect([name, taken > cases / 40, taken < cases / 2]).toEqual([name, true, true]);
  }
});
