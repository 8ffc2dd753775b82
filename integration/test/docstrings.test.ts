import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { compileExamples, compilerOptions } from '../docstrings/compile';
import { entriesOf, publicExports } from '../docstrings/exports';

const integration = join(dirname(fileURLToPath(import.meta.url)), '..');
const entries = entriesOf(join(integration, '..', 'packages'));
const options = compilerOptions(entries);
const program = ts.createProgram(
  entries.map(([, file]) => file),
  options,
);
const exports = publicExports(program, entries);
const values = exports.filter(({ isValue }) => isValue);

test('the packages export functions, classes, constants and types', () => {
  expect(values.length).toBeGreaterThan(300);
  expect(exports.length - values.length).toBeGreaterThan(300);
});

test('every example compiles', () => {
  expect(compileExamples(exports, join(integration, 'docstrings'), options)).toEqual([]);
});
