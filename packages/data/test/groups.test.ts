import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type GroupedSample,
  groupBySource,
  kFolds,
  SplitError,
  splitByGroup,
  splitNames,
} from '../src/index';

/** Samples in random groups, some of which hold several classes. */
const arbitrarySamples = (groups: number) =>
  fc
    .array(fc.record({ label: fc.nat(2), group: fc.option(fc.nat(groups)) }), {
      minLength: 150,
      maxLength: 300,
    })
    .map(rows =>
      rows.map(
        ({ label, group }, index): GroupedSample => ({
          id: `photo ${index}`,
          label,
          ...(group !== null && { group: `source ${group}` }),
        }),
      ),
    );

/** In which part each sample is, by id. */
const placesOf = (samples: readonly GroupedSample[], parts: readonly (readonly number[])[]) =>
  new Map(parts.flatMap((part, place) => part.map(index => [samples[index]!.id, place])));

function expectWholeGroups(
  samples: readonly GroupedSample[],
  parts: readonly (readonly number[])[],
) {
  const every = parts.flat().sort((a, b) => a - b);
  expect(every).toEqual(samples.map((_, index) => index));
  const places = placesOf(samples, parts);
  const homes = new Map<string, number>();
  for (const { id, group } of samples) {
    if (group === undefined) continue;
    expect(homes.get(group) ?? places.get(id)).toBe(places.get(id));
    homes.set(group, places.get(id)!);
  }
}

describe('a split by group', () => {
  test('puts every sample in one part, no group in two, whatever the order of the samples', () => {
    fc.assert(
      fc.property(arbitrarySamples(40), fc.nat(), (samples, seed) => {
        const split = splitByGroup(samples, { seed });
        const parts = splitNames.map(name => split[name]);
        expectWholeGroups(samples, parts);
        const reversed = [...samples].reverse();
        const again = splitByGroup(reversed, { seed });
        expect(
          placesOf(
            reversed,
            splitNames.map(name => again[name]),
          ),
        ).toEqual(placesOf(samples, parts));
      }),
      { numRuns: 50 },
    );
  });

  test('comes near to 65/20/15 of each class', () => {
    const samples = Array.from({ length: 600 }, (_, index) => ({
      id: `${index}`,
      label: index % 3,
      group: `${Math.floor(index / 6)}`,
    }));
    const split = splitByGroup(samples, { seed: 1 });
    for (const label of [0, 1, 2]) {
      const shares = splitNames.map(
        name => split[name].filter(index => samples[index]!.label === label).length / 200,
      );
      expect(Math.abs(shares[0]! - 0.65)).toBeLessThan(0.03);
      expect(Math.abs(shares[1]! - 0.2)).toBeLessThan(0.03);
      expect(Math.abs(shares[2]! - 0.15)).toBeLessThan(0.03);
    }
    expect(splitByGroup(samples, { seed: 2 })).not.toEqual(split);
  });

  test('leaves every part some of a class that has one large source, as far as its small ones reach', () => {
    const large = fc.integer({ min: 30, max: 200 });
    const small = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(large, small, fc.nat(), (most, others, seed) => {
        const samples = [most, ...others].flatMap((size, source) =>
          Array.from({ length: size }, (_, index) => ({
            id: `${source}/${index}`,
            label: 0,
            group: `source ${source}`,
          })),
        );
        const split = splitByGroup(samples, { seed });
        const left = samples.length - most;
        // Of what the large source leaves, validation and test share as they share the whole: 20 to 15.
        if (most >= Math.ceil(0.65 * samples.length)) {
          expect(Math.abs(split.validation.length - (left * 20) / 35)).toBeLessThanOrEqual(5);
          expect(Math.abs(split.test.length - (left * 15) / 35)).toBeLessThanOrEqual(5);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('moves no source when a photo of another is added, unless the parts would not fit', () => {
    const samples = Array.from({ length: 300 }, (_, index) => ({
      id: `${index}`,
      label: 0,
      ...(index < 60 && { group: `source ${index >> 2}` }),
    }));
    const moved = Array.from({ length: 20 }, (_, seed) => {
      const before = placesOf(samples, Object.values(splitByGroup(samples, { seed })));
      const more = [...samples, { id: `added ${seed}`, label: 0 }];
      const after = placesOf(more, Object.values(splitByGroup(more, { seed })));
      return samples.filter(({ id }) => before.get(id) !== after.get(id));
    });
    expect(moved.flat().filter(({ group }) => group !== undefined)).toEqual([]);
    for (const each of moved) expect(each.length).toBeLessThanOrEqual(2);
  });

  test('says which class has too few groups', () => {
    const samples = Array.from({ length: 40 }, (_, index) => ({
      id: `${index}`,
      label: index % 2,
      group: index % 2 === 0 ? 'one source' : `${index}`,
    }));
    expect(() => splitByGroup(samples)).toThrow(SplitError);
    expect(() => splitByGroup(samples)).toThrow(/Class 0 is missing from validation/);
  });
});

describe('folds', () => {
  test('hold every sample once, whole groups, and differ in size by little', () => {
    fc.assert(
      fc.property(arbitrarySamples(60), fc.integer({ min: 2, max: 6 }), (samples, folds) => {
        const parts = kFolds(samples, { folds });
        expect(parts).toHaveLength(folds);
        expectWholeGroups(samples, parts);
      }),
      { numRuns: 50 },
    );
  });

  test('are stratified: 50 samples of 2 classes make 5 folds of 5 and 5', () => {
    const samples = Array.from({ length: 50 }, (_, index) => ({
      id: `${index}`,
      label: index % 2,
    }));
    for (const part of kFolds(samples)) {
      expect(part.map(index => index % 2).sort()).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    }
  });

  test('are refused where groups are fewer than folds', () => {
    const samples = [0, 1, 2, 3].map(index => ({
      id: `${index}`,
      label: 0,
      group: `${index % 2}`,
    }));
    expect(() => kFolds(samples, { folds: 3 })).toThrow(/Fold 3 of 3 is empty/);
    expect(() => kFolds(samples, { folds: 1 })).toThrow(/2 or more, not 1/);
  });
});

test('a source is what a file is called before the first hyphen, or what the caller says', () => {
  const ids = [
    'Amanita/ann-1.jpg',
    'Boletus/ann-2-b.jpg',
    'Boletus/x-y/bob.jpg',
    'c.jpg',
    '-d.jpg',
  ];
  const photos = ids.map(id => ({ id, label: 0 }));
  const groups = groupBySource(photos).map(({ group }) => group);
  expect(groups).toEqual(['ann', 'ann', undefined, undefined, undefined]);
  const folders = groupBySource(photos, ({ id }) => id.split('/').at(-2));
  expect(folders.map(({ group }) => group)).toEqual([
    'Amanita',
    'Boletus',
    'x-y',
    undefined,
    undefined,
  ]);
});

test('a class that cannot be in every part is named, with the number of its groups', () => {
  const samples = Array.from({ length: 60 }, (_, index) => ({
    id: `${index}`,
    label: index < 40 ? 0 : 1,
    group: index < 40 ? `many ${index}` : `few ${index % 2}`,
  }));
  expect(() => splitByGroup(samples, { classes: ['Amanita', 'Hygrocybe'] })).toThrow(
    /Class Hygrocybe is missing from \w+: its 20 samples are in 2 groups/,
  );
});
