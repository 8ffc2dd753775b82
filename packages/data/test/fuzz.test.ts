import { describe, expect, test } from 'vitest';
import { dice, mutate, survive } from '../../pixels/fuzz/damage';
import { fuzzTargets } from '../fuzz/targets';

/** `npx tsx packages/data/fuzz/run.ts` reads thousands. */
const cases = 80;

describe.each(await fuzzTargets())('the $name', target => {
  test('accepts what is well-formed', async () => {
    for (const seed of target.seeds) await target.read(seed).catch(expectOnlyMissing);
  });

  test(`survives ${cases} damaged inputs, and refuses some`, async () => {
    let refused = 0;
    for (let index = 0; index < cases; index++) {
      const random = dice(`test ${target.name} ${index}`);
      const seed = target.seeds[random.below(target.seeds.length)]!;
      if (!(await survive(target, mutate(seed, random)))) refused += 1;
    }
    expect(refused).toBeGreaterThan(0);
  });
});

/** The manifest's photos are not there. */
function expectOnlyMissing(error: Error): void {
  expect(error.message).toMatch(/^The photos are not those that were split:\n {2}1 is missing/);
}
