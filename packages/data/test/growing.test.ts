import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  extendSplit,
  type Photo,
  SplitError,
  splitByClass,
  splitNames,
  toManifest,
} from '../src/index';

const photos = (count: number, label = 0, name = 'photo'): Photo[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${label}/${name} ${index}`,
    label,
    sha256: `${name} ${label} ${index}`,
    origin: { kind: 'file', path: '/x' },
  }));
const classes = ['A', 'B'];
const manifestOf = (set: Photo[]) =>
  toManifest({ classes, photos: set }, splitByClass(set), { rule: '', seed: 0 });
const partsOf = (set: Photo[], split: Record<string, readonly number[]>) =>
  new Map(splitNames.flatMap(name => split[name]!.map(index => [set[index]!.sha256, name])));

describe('an extended split', () => {
  test('moves no photo, whatever is added, and fills up to 65/20/15', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 60 }), fc.nat(100), (count, added) => {
        const before = [...photos(count), ...photos(20, 1)];
        const manifest = manifestOf(before);
        const now = [...photos(added, 0, 'another'), ...before];
        const {
          split,
          added: fresh,
          missing,
          changed,
        } = extendSplit(manifest, { classes, photos: now });
        const then = partsOf(before, splitByClass(before));
        const parts = partsOf(now, split);
        for (const [sha256, part] of then) expect(parts.get(sha256)).toBe(part);
        expect(parts.size).toBe(now.length);
        expect([fresh.length, missing, changed]).toEqual([added, [], []]);
      }),
      { numRuns: 30 },
    );
    const now = [...photos(40), ...photos(60, 0, 'another')];
    const { split } = extendSplit(manifestOf(photos(40)), { classes, photos: now });
    expect(splitNames.map(name => split[name].length)).toEqual([65, 20, 15]);
  });

  test('knows photos by their bytes, or by their name where they were saved again', () => {
    const before = photos(20);
    const manifest = manifestOf(before);
    const tested = new Set(manifest.test.map(({ id }) => id));
    const renamed = before.map(photo => ({ ...photo, id: `moved/${photo.id}` }));
    const again = extendSplit(manifest, { classes, photos: renamed });
    expect(again.split).toEqual(splitByClass(before));
    const saved = before.map(photo =>
      tested.has(photo.id) ? { ...photo, sha256: `other ${photo.sha256}` } : photo,
    );
    const { split, changed, missing } = extendSplit(manifest, { classes, photos: saved.slice(1) });
    expect(changed).toEqual(
      saved
        .slice(1)
        .filter(({ id }) => tested.has(id))
        .map(({ id }) => id),
    );
    expect(split.train.every(index => !tested.has(saved[index + 1]!.id))).toBe(true);
    expect(missing).toEqual([before[0]!.id].filter(id => !tested.has(id)));
  });

  test('puts a copy of a test photo beside it, and what is in its group', () => {
    const before = photos(20);
    const manifest = manifestOf(before);
    const [tested] = manifest.test;
    const now: Photo[] = before.map(photo =>
      photo.sha256 === tested!.sha256 ? { ...photo, group: 'near' } : photo,
    );
    now.push({ ...now[0]!, id: 'copy', sha256: tested!.sha256 });
    now.push({ ...now[0]!, id: 'similar', sha256: 'other', group: 'near' });
    const { split } = extendSplit(manifest, { classes, photos: now });
    expect(split.test).toContain(20);
    expect(split.test).toContain(21);
  });

  test('leaves new photos in the part that they came with, and never tests less for it', () => {
    const before = photos(40);
    const manifest = manifestOf(before);
    const given = photos(30, 0, 'new').map((photo, index): Photo => {
      return { ...photo, part: index < 20 ? 'test' : 'train' };
    });
    const now = [...before, ...given];
    const { split } = extendSplit(manifest, { classes, photos: now });
    expect(split.test.filter(index => now[index]!.part === 'test')).toHaveLength(20);
    expect(split.train.filter(index => now[index]!.part === 'train')).toHaveLength(10);
    // In the group of a test photo it is tested on, whatever its folder says.
    const tested = before.findIndex(({ id }) => id === manifest.test[0]!.id);
    const joined = now.map((photo, index) =>
      index === tested || index === now.length - 1 ? { ...photo, group: 'near' } : photo,
    );
    expect(extendSplit(manifest, { classes, photos: joined }).split.test).toContain(now.length - 1);
  });

  test('names photos that have another class now, and leaves them where they are', () => {
    const before = photos(20);
    const now = before.map((photo, index) => (index < 3 ? { ...photo, label: 1 } : photo));
    const { split, relabeled } = extendSplit(manifestOf(before), { classes, photos: now });
    expect(relabeled).toEqual(now.slice(0, 3).map(({ id }) => id));
    expect(split).toEqual(splitByClass(before));
  });

  test('is refused where nothing is left to test on', () => {
    const before = photos(20);
    const manifest = manifestOf(before);
    const tested = new Set(manifest.test.map(({ id }) => id));
    const left = before.filter(({ id }) => !tested.has(id));
    expect(() => extendSplit(manifest, { classes, photos: left })).toThrow(SplitError);
    expect(() => extendSplit(manifest, { classes, photos: left })).toThrow(/All 3 photos of test/);
  });

  test('is refused for another set', () => {
    const other = { classes, photos: photos(20, 1, 'strange') };
    expect(() => extendSplit(manifestOf(photos(20)), other)).toThrow(SplitError);
  });
});
