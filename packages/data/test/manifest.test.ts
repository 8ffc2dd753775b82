import { describe, expect, test } from 'vitest';
import {
  applyManifest,
  type Photo,
  parseManifest,
  SplitError,
  splitByClass,
  toManifest,
} from '../src/index';

const classes = ['Amanita', 'Boletus'];
const photos = Array.from(
  { length: 20 },
  (_, index): Photo => ({
    id: `photo ${index}`,
    label: index % 2,
    sha256: `hash ${index}`,
    origin: { kind: 'file', path: `/${index}.jpg` },
  }),
);
const split = splitByClass(photos, { seed: 3 });
const text = JSON.stringify(toManifest({ classes, photos }, split, { rule: 'a rule', seed: 3 }));

describe('a manifest', () => {
  test('gives the split again, for photos in any order', () => {
    const reversed = [...photos].reverse();
    const again = applyManifest(parseManifest(text), { classes, photos: reversed });
    const ids = (indices: readonly number[], of: Photo[]) =>
      indices.map(index => of[index]!.id).sort();
    expect(ids(again.train, reversed)).toEqual(ids(split.train, photos));
    expect(ids(again.test, reversed)).toEqual(ids(split.test, photos));
    expect(applyManifest(parseManifest(text), { classes, photos })).toEqual(split);
  });

  test('is refused for other photos, each of which is named', () => {
    const changed = [
      ...photos.slice(1, 18),
      { ...photos[18]!, sha256: 'another' },
      { ...photos[19]!, label: 0 },
      { ...photos[0]!, id: 'photo 99' },
    ];
    expect(() => applyManifest(parseManifest(text), { classes, photos: changed })).toThrow(
      'The photos are not those that were split:\n' +
        '  photo 0 is missing\n' +
        '  photo 18 has changed\n' +
        "  photo 19 is 'Amanita' now, but was 'Boletus'\n" +
        '  photo 99 is new\n' +
        'Restore them, or make a new split.',
    );
  });

  test('that is damaged is refused with what it lacks', () => {
    const manifest = JSON.parse(text);
    const fails = (broken: unknown, message: RegExp) => {
      expect(() => parseManifest(JSON.stringify(broken))).toThrow(SplitError);
      expect(() => parseManifest(JSON.stringify(broken))).toThrow(message);
    };
    expect(() => parseManifest('{')).toThrow(/is not JSON/);
    expect(parseManifest(`\uFEFF${text}`)).toEqual(manifest);
    fails({ ...manifest, seed: 'x' }, /no number in 'seed'/);
    fails({ ...manifest, rule: undefined }, /no text in 'rule'/);
    fails(null, /is not an object/);
    fails({ ...manifest, classes: [1] }, /no list of names in 'classes'/);
    fails({ ...manifest, test: undefined }, /no list in 'test'/);
    fails({ ...manifest, test: [{ id: 'x' }] }, /lacks id, class or sha256 at test\[0\]/);
    fails({ ...manifest, test: manifest.train }, /'photo \d+' more than once/);
  });
});
