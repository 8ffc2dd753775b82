import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastPerClass, type Split, SplitError, splitByClass, splitNames } from '../src/index';

const samples = (...counts: number[]) =>
  counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, index) => ({ id: `${label}/${index}`, label })),
  );

const idsOf = (all: { id: string }[], split: Split) =>
  splitNames.map(name => split[name].map(index => all[index]!.id).sort());

describe('the split', () => {
  test('is 65/20/15 within each class: ceil, floor, the rest', () => {
    const all = samples(100, 40, 7);
    const split = splitByClass(all);
    const count = (name: (typeof splitNames)[number], label: number) =>
      split[name].filter(index => all[index]!.label === label).length;
    expect(splitNames.map(name => count(name, 0))).toEqual([65, 20, 15]);
    expect(splitNames.map(name => count(name, 1))).toEqual([26, 8, 6]);
    expect(splitNames.map(name => count(name, 2))).toEqual([5, 1, 1]);
  });

  test('puts every sample in one part, and none of a class is missing from any part', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: leastPerClass, max: 80 }), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        (counts, seed) => {
          const all = samples(...counts);
          const split = splitByClass(all, { seed });
          const every = splitNames.flatMap(name => split[name]).sort((a, b) => a - b);
          expect(every).toEqual(all.map((_, index) => index));
          for (const name of splitNames) {
            expect(new Set(split[name].map(index => all[index]!.label)).size).toBe(counts.length);
          }
        },
      ),
    );
  });

  test('does not depend on the order of the samples', () => {
    const all = samples(20, 30);
    const reversed = [...all].reverse();
    expect(idsOf(reversed, splitByClass(reversed, { seed: 3 }))).toEqual(
      idsOf(all, splitByClass(all, { seed: 3 })),
    );
  });

  test('is the same on every platform, and another with another seed', () => {
    const all = samples(10);
    expect(splitByClass(all, { seed: 1 })).toEqual({
      train: [0, 3, 4, 6, 7, 8, 9],
      validation: [1, 2],
      test: [5],
    });
    expect(splitByClass(all, { seed: 2 })).not.toEqual(splitByClass(all, { seed: 1 }));
  });

  test('keeps samples with the same bytes in one part', () => {
    const all = samples(40).map((sample, index) => ({ ...sample, sha256: `${index % 30}` }));
    const split = splitByClass(all);
    const partOf = (index: number) => splitNames.findIndex(name => split[name].includes(index));
    for (let index = 0; index < 10; index++) expect(partOf(index + 30)).toBe(partOf(index));
    expect(splitNames.map(name => split[name].length)).toEqual([26, 8, 6]);
  });

  test('hardly changes when the set grows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 200 }), fc.nat(), (count, seed) => {
        const hashed = (all: { id: string; label: number }[]) =>
          all.map(sample => ({ ...sample, sha256: `hash of ${sample.id}` }));
        const all = hashed(samples(count, 30));
        const [train, validation, rest] = idsOf(all, splitByClass(all, { seed }));
        // Another class, which comes first, changes nothing.
        const more = hashed([
          ...samples(12).map(({ id }) => ({ id: `new ${id}`, label: 2 })),
          ...all,
        ]);
        const grown = idsOf(more, splitByClass(more, { seed }));
        const old = grown.map(part => part.filter(id => !id.startsWith('new')));
        expect(old).toEqual([train, validation, rest]);
        // One more photo moves at most one out of training. Of 104, 68 train and 16 test; of 105, 69 and 15: two may leave the test.
        const one = [...all, { id: '0/added', label: 0, sha256: 'hash of it' }];
        const [, , nowTested] = idsOf(one, splitByClass(one, { seed }));
        const [nowTrained] = idsOf(one, splitByClass(one, { seed }));
        expect(rest!.filter(id => !nowTested!.includes(id)).length).toBeLessThanOrEqual(2);
        expect(rest!.filter(id => nowTrained!.includes(id))).toEqual([]);
        expect(train!.filter(id => !nowTrained!.includes(id)).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50, examples: [[104, 624572872]] },
    );
  });

  test('names the class that is too small', () => {
    expect(() => splitByClass(samples(20, 5))).toThrow(SplitError);
    expect(() => splitByClass(samples(20, 5))).toThrow(
      'Class 1 has 5 samples; a split into three parts needs 6.',
    );
  });
});
