// Lists the public exports without an example: npx tsx integration/docstrings/list.ts [package]
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { compileExamples, compilerOptions } from './compile';
import { entriesOf, publicExports, typesWithin } from './exports';

const here = dirname(fileURLToPath(import.meta.url));
const [wanted = ''] = process.argv.slice(2);
const entries = entriesOf(join(here, '../../packages'));
const options = compilerOptions(entries);
const program = ts.createProgram(
  entries.map(([, file]) => file),
  options,
);
const exports = publicExports(program, entries);
const values = exports.filter(({ isValue }) => isValue);
const known = new Set(exports.map(({ symbol }) => symbol));
const met = typesWithin(
  values.map(({ symbol }) => symbol),
  known,
  program.getTypeChecker(),
);
const mine = exports.filter(({ specifier }) => `${specifier}/`.startsWith(`@shroom/${wanted}`));
for (const { name, specifier, place, examples, isValue, symbol } of mine)
  if (examples.length === 0 && (isValue || !met.has(symbol)))
    console.log(`${isValue ? 'value' : 'type '} ${specifier} ${name} ${place}`);
for (const { name, message } of compileExamples(mine.length ? exports : [], here, options))
  if (name.startsWith(`@shroom/${wanted}`)) console.log(`fault ${name}\n      ${message}`);
