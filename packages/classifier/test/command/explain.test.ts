import { expect, test } from 'vitest';
import type { PhotoExplanation } from '../../src/classifier';
import { plain } from '../../src/command/explain';

test('--json says the size of a map and the part of the photo that it covers', () => {
  const values = new Float32Array(2);
  const found = (map: object) => ({ photo: 'a.jpg', known: true, map }) as PhotoExplanation;
  const part = { values, height: 1, width: 2, covers: [294 / 299, 294 / 299] };
  expect(plain(found(part), 'a.png')).toEqual({
    ...{ photo: 'a.jpg', known: true, picture: 'a.png' },
    map: { height: 1, width: 2, covers: [294 / 299, 294 / 299] },
  });
  expect(plain(found({ values, height: 1, width: 2 }), 'a.png')).toMatchObject({
    map: { height: 1, width: 2 },
  });
});
