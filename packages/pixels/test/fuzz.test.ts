import { expect, test } from 'vitest';
import { dice, mutate, survive } from '../fuzz/damage';
import { fuzzTargets } from '../fuzz/targets';

/** `npm run fuzz:pixels` reads more. */
const cases = 2000;

test.each(await fuzzTargets())('the reader of $name', async target => {
  for (const seed of target.seeds) expect(await survive(target, seed)).toBe(true);
  let refused = 0;
  for (let index = 0; index < cases; index++) {
    const random = dice(`test ${target.name} ${index}`);
    const seed = target.seeds[random.below(target.seeds.length)]!;
    if (!(await survive(target, mutate(seed, random)))) refused += 1;
  }
  expect(refused).toBeGreaterThan(cases / 6);
  expect(refused).toBeLessThan(cases);
});
