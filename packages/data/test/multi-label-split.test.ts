import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyManifest,
  extendSplit,
  kFolds,
  type Photo,
  parseManifest,
  randomStream,
  type Split,
  SplitError,
  splitAsGiven,
  splitByClass,
  splitByGroup,
  splitNames,
  toManifest,
} from '../src/index';

/** Photos with one to four of six classes; class 5 is in about a tenth of them, and mostly beside class 4. */
function photos(count: number, salt = 0): Photo[] {
  return Array.from({ length: count }, (_, index) => {
    const random = randomStream('photo', salt, index);
    const labels = [0.5, 0.3, 0.2, 0.15, 0.1].flatMap((share, k) =>
      random.chance(share) ? [k] : [],
    );
    if (random.chance(labels.includes(4) ? 0.6 : 0.04)) labels.push(5);
    if (labels.length === 0) labels.push(random.below(4));
    return {
      id: `${salt}/${index}`,
      label: labels[0]!,
      labels,
      sha256: `hash ${salt} ${index}`,
      origin: { kind: 'file', path: `/${index}.jpg` },
    };
  });
}

const classes = ['a', 'b', 'c', 'd', 'e', 'f'];
const has = (all: readonly Photo[], part: readonly number[], label: number) =>
  part.filter(index => all[index]!.labels!.includes(label)).length;
const ids = (all: readonly Photo[], split: Split) =>
  splitNames.map(name => split[name].map(index => all[index]!.id).sort());
/** Of 65/20/15. */
const shareOf = (count: number) => {
  const [train, validation] = [Math.ceil((65 * count) / 100), Math.floor((20 * count) / 100)];
  return [train, validation, count - train - validation];
};

describe('a split of photos with several classes', () => {
  test('has 65/20/15 of every class, each photo once', () => {
    for (let salt = 0; salt < 20; salt++) {
      const all = photos(400, salt);
      const split = splitByClass(all, { seed: salt });
      const every = splitNames.flatMap(name => split[name]).sort((a, b) => a - b);
      expect(every).toEqual(all.map((_, index) => index));
      for (const label of classes.keys()) {
        const wanted = shareOf(has(all, every, label));
        for (const [part, name] of splitNames.entries())
          expect(Math.abs(has(all, split[name], label) - wanted[part]!)).toBeLessThanOrEqual(2);
      }
      expect(Math.abs(split.train.length - 260)).toBeLessThanOrEqual(12);
    }
  });

  test('does not depend on the order of the photos, and is another with another seed', () => {
    const all = photos(200);
    const reversed = [...all].reverse();
    expect(ids(reversed, splitByClass(reversed, { seed: 3 }))).toEqual(
      ids(all, splitByClass(all, { seed: 3 })),
    );
    expect(splitByClass(all, { seed: 4 })).not.toEqual(splitByClass(all, { seed: 3 }));
  });

  test('by hand: rare classes first, then what is lacking', () => {
    // Six photos of class 1, which all have class 0 too, and fourteen of class 0 alone.
    const all = Array.from({ length: 20 }, (_, index) => {
      return { id: `${index}`, label: 0, labels: index < 6 ? [0, 1] : [0] };
    });
    const split = splitByClass(all);
    const counts = splitNames.map(name => split[name].length);
    expect(counts).toEqual([13, 4, 3]);
    expect(splitNames.map(name => split[name].filter(index => index < 6).length)).toEqual([
      4, 1, 1,
    ]);
  });

  test('photos without any class fill the parts up', () => {
    const all = Array.from({ length: 40 }, (_, index) => {
      return { id: `${index}`, label: 0, labels: index < 20 ? [index % 2] : [] };
    });
    const split = splitByClass(all);
    const counts = splitNames.map(name => split[name].length);
    expect(counts).toEqual([28, 8, 4]); // of the room for 14, 4 and 2 of 20
    const without = splitNames.map(name => split[name].filter(index => index >= 20).length);
    expect(without).toEqual([14, 4, 2]);
  });

  test('keeps the same bytes, near copies and groups together', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 5 }), (seed, size) => {
        const all = photos(200, 7).map((photo, index) => ({
          ...photo,
          ...(index < 30 && { sha256: `same ${Math.floor(index / size)}` }),
          ...(index >= 30 && index < 60 && { sameAs: `copy ${Math.floor(index / size)}` }),
          ...(index >= 60 && { group: `group ${Math.floor(index / size)}` }),
        }));
        const partsOf = (split: Split, key: 'sha256' | 'sameAs' | 'group') => {
          const parts = new Map<string, Set<string>>();
          for (const name of splitNames)
            for (const index of split[name]) {
              const value = all[index]![key as 'sha256'];
              if (value !== undefined) parts.set(value, (parts.get(value) ?? new Set()).add(name));
            }
          return [...parts.values()].map(each => each.size);
        };
        const split = splitByGroup(all, { seed });
        for (const key of ['sha256', 'sameAs', 'group'] as const)
          expect(Math.max(...partsOf(split, key))).toBe(1);
        const byClass = splitByClass(all, { seed });
        for (const key of ['sha256', 'sameAs'] as const)
          expect(Math.max(...partsOf(byClass, key))).toBe(1);
        for (const label of [0, 1, 2]) {
          const [wanted] = shareOf(has(all, [...all.keys()], label));
          expect(Math.abs(has(all, split.train, label) - wanted!)).toBeLessThanOrEqual(10);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('refuses a class that is too rare, counted over all photos that have it', () => {
    const all = photos(40).map(photo => ({ ...photo, labels: photo.labels!.filter(k => k < 5) }));
    const few = all.map((photo, index) => (index < 5 ? { ...photo, labels: [0, 5] } : photo));
    expect(() => splitByClass(few)).toThrow(SplitError);
    expect(() => splitByClass(few)).toThrow(/Class 5 has 5 samples/);
  });

  test('folds have as many photos of each class as any other', () => {
    const all = photos(300, 2);
    const folds = kFolds(all, { folds: 5 });
    expect(folds.flat().sort((a, b) => a - b)).toEqual(all.map((_, index) => index));
    for (const label of classes.keys()) {
      const counts = folds.map(fold => has(all, fold, label));
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(3);
    }
  });

  test('a part that was not given is cut from training', () => {
    const all = photos(300, 3).map((photo, index) => {
      return { ...photo, part: index % 5 === 0 ? ('test' as const) : ('train' as const) };
    });
    const { train, validation, test } = splitAsGiven(all);
    expect(test).toHaveLength(60);
    for (const label of [0, 1, 2, 3]) {
      const [own, other] = [has(all, train, label), has(all, validation, label)];
      expect(Math.abs(other / (own + other) - 20 / 85)).toBeLessThan(0.05);
    }
  });
});

describe('a manifest of photos with several classes', () => {
  const all = photos(120, 4);
  const split = splitByClass(all, { seed: 1 });
  const text = JSON.stringify(toManifest({ classes, photos: all }, split, { rule: '', seed: 1 }));

  test('keeps all of them, and names a photo whose classes have changed', () => {
    expect(applyManifest(parseManifest(text), { classes, photos: all })).toEqual(split);
    const changed = all.map((photo, index) => (index === 9 ? { ...photo, labels: [2, 3] } : photo));
    expect(() => applyManifest(parseManifest(text), { classes, photos: changed })).toThrow(
      /4\/9 is 'c' and 'd' now, but was '/,
    );
    const broken = text.replace(/"classes":\["a"[^\]]*\],"sha256"/, '"classes":"a","sha256"');
    expect(() => parseManifest(broken)).toThrow(/no list of names in 'classes' at/);
  });

  test('is extended: known photos stay, new ones fill the parts up', () => {
    const more = [...photos(100, 5), ...all];
    const manifest = parseManifest(text);
    const extended = extendSplit(manifest, { classes, photos: more });
    expect(extended.added).toHaveLength(100);
    expect(extended.relabeled).toEqual([]);
    for (const name of splitNames) {
      const now = new Set(extended.split[name].map(index => more[index]!.id));
      for (const { id } of manifest[name]) expect(now.has(id)).toBe(true);
    }
    for (const label of classes.keys()) {
      const wanted = shareOf(has(more, [...more.keys()], label));
      for (const [part, name] of splitNames.entries())
        expect(
          Math.abs(has(more, extended.split[name], label) - wanted[part]!),
        ).toBeLessThanOrEqual(2);
    }
    const relabeled = more.map(photo => (photo.id === '4/9' ? { ...photo, labels: [5] } : photo));
    expect(extendSplit(manifest, { classes, photos: relabeled }).relabeled).toEqual(['4/9']);
  });
});
