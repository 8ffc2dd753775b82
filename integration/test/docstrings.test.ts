import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { compileExamples, compilerOptions } from '../docstrings/compile';
import { entriesOf, publicExports, typesWithin } from '../docstrings/exports';

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

test('every exported function, class and constant has an example', () => {
  const without = values.filter(({ examples }) => examples.length === 0);
  expect(without.map(({ specifier, name, place }) => `${specifier} ${name} ${place}`)).toEqual([]);
});

test('every exported type has an example, or is a type of something that has one', () => {
  const exampled = exports
    .filter(({ examples }) => examples.length > 0)
    .map(({ symbol }) => symbol);
  const known = new Set(exports.map(({ symbol }) => symbol));
  const met = typesWithin(exampled, known, program.getTypeChecker());
  const alone = exports.filter(
    ({ isValue, symbol, examples }) => !isValue && examples.length === 0 && !met.has(symbol),
  );
  expect(alone.map(({ specifier, name, place }) => `${specifier} ${name} ${place}`)).toEqual([]);
});

test('every example compiles', () => {
  expect(compileExamples(exports, join(integration, 'docstrings'), options)).toEqual([]);
});
