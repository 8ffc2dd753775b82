import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeMarkup } from '../src/index';

test('characters with a meaning in markup are escaped, forbidden ones are replaced, all others stay', () => {
  expect(escapeMarkup(`<a href="x" title='y'>&</a>`)).toBe(
    '&#60;a href=&#34;x&#34; title=&#39;y&#39;&#62;&#38;&#60;/a&#62;',
  );
  expect(escapeMarkup('a\u0000b\u001bc\ud800d\uffff')).toBe('a\ufffdb\ufffdc\ufffdd\ufffd');
  expect(escapeMarkup('Пантерный мухомор\t🍄\n')).toBe('Пантерный мухомор\t🍄\n');
});

test('no text can end an attribute, open an element or start an entity', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const safe = escapeMarkup(text);
      expect(safe).not.toMatch(/[<>"']/);
      expect(safe.replace(/&#(38|60|62|34|39);/g, '')).not.toContain('&');
    }),
  );
});
