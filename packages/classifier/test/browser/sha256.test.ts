import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { digest, sha256Of } from '../../src/browser/sha256';

test.each([0, 1, 55, 56, 63, 64, 65, 1000])(
  'the hash of %i bytes is that of SHA-256',
  async length => {
    const bytes = Uint8Array.from({ length }, (_, place) => (place * 7) % 256);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(Buffer.from(digest(bytes)).toString('hex')).toBe(expected);
    expect(await sha256Of(bytes)).toBe(expected);
  },
);
