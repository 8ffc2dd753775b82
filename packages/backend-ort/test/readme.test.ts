import { expect, test } from 'vitest';
import { readmeText, withCoverage } from '../documentation/coverage';
import { kernelCoverage } from '../src/index';

test('the table of kernels in the README is what the code registers (npm run coverage-table writes it)', () => {
  expect(readmeText()).toBe(withCoverage(readmeText(), kernelCoverage()));
});
