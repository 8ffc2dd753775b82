import { expect, test } from 'vitest';
import { licenseNotices } from '../../src/results/license-notices';

const of = 'hf:owner/name';

test.each([
  'CC-BY-NC-4.0',
  'cc-by-nc-sa-4.0',
  'Noncommercial license',
  'other (non-commercial)',
  'Research only',
])("'%s' forbids commercial use", license => {
  const [notice, ...others] = licenseNotices([{ of, license }]);
  expect(notice).toContain(of);
  expect(notice).toContain(license);
  expect(others).toEqual([]);
});

test.each(['MIT', 'Apache-2.0', 'BSD-3-Clause', 'NCSA', 'dinov3-license', 'unknown', 'CC-BY-4.0'])(
  "'%s' does not",
  license => expect(licenseNotices([{ of, license }])).toEqual([]),
);
