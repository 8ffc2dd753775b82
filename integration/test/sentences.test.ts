import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sentencesOf } from '../../tools/prose/passage';
import { passagesIn } from '../../tools/prose/read';
import { root } from './program';

const read = (file: string, ...lines: string[]) =>
  passagesIn(file, lines.join('\n'))
    .flatMap(passage => sentencesOf(passage, 3))
    .map(({ line, text }) => `${line}: ${text}`);

test('of TypeScript, comments, docstrings and messages are read, and neither code nor examples', () => {
  expect(
    read(
      'a.ts',
      '// A comment over two',
      '// lines. And another sentence.',
      "import { x } from 'one two three';",
      '/**',
      ' * Joins all parts, e.g. Two of them.',
      ' *',
      ' * @param size In pixels, of `{@link x}`.',
      ' * @example',
      ' * not(a, sentence, here);',
      ' */',
      '// He et al. 2015, table 1. https://arxiv.org/abs/1512.03385',
      'const y = `not a message`; // Beside the code.',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source that is read.
      "throw new RangeError(`${name}: 'size' is missing. ` +",
      "  'Give one more size.');",
    ),
  ).toEqual([
    '1: A comment over two lines.',
    '2: And another sentence.',
    '5: Joins all parts, e.g. Two of them.',
    '7: @param size In pixels, of `x`.',
    '12: Beside the code.',
    "13: {name}: 'size' is missing.",
    '13: Give one more size.',
  ]);
});

test('of a page, paragraphs, items and cells are read, and no code', () => {
  expect(
    read(
      'a.md',
      '# Three words here',
      'A [link to somewhere](there.md) in',
      'a paragraph. `code` begins this one.',
      '',
      '- First **of all** items',
      '- Second of all items',
      '',
      '| head | of a table |',
      '|---|---|',
      '| `a` | cell of text |',
      '```ts',
      'no words are read',
      '```',
    ),
  ).toEqual([
    '1: Three words here',
    '2: A link to somewhere in a paragraph.',
    '3: `code` begins this one.',
    '5: First of all items',
    '6: Second of all items',
    '8: of a table',
    '10: cell of text',
  ]);
});

test('of Python, comments, docstrings and messages are read', () => {
  expect(
    read(
      'a.py',
      '"""A docstring over',
      'two lines."""',
      'x = 1  # Beside the code.',
      '# On its own line.',
      'raise SystemExit("Give a file name.")',
    ),
  ).toEqual([
    '1: A docstring over two lines.',
    '3: Beside the code.',
    '4: On its own line.',
    '5: Give a file name.',
  ]);
});

test('the same seed draws the same sentences, another seed others', () => {
  const draw = (seed: string) =>
    execFileSync(
      process.execPath,
      [
        '--import',
        'tsx',
        ...[join(root, 'tools/sentences.ts'), '--seed', seed],
        ...['--count', '5', '--in', 'packages/formats'],
      ],
      { cwd: join(root, 'integration'), encoding: 'utf8' },
    );
  const first = draw('1');
  expect(first.trim().split('\n')).toHaveLength(5);
  expect(draw('1')).toBe(first);
  expect(draw('2')).not.toBe(first);
});
