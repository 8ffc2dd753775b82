import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { importCircles } from '../../tools/imports/circles';
import { packagesPicture } from '../../tools/imports/picture';
import { readImports } from '../../tools/imports/read';
import { root } from './program';

const folder = mkdtempSync(join(tmpdir(), 'shroom-imports-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, ...lines: string[]): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), lines.join('\n'));
}

test('the picture of packages is that of the sources: `npm run imports` writes it', () => {
  const drawn = readFileSync(join(root, 'docs/images/packages.svg'), 'utf8');
  expect(drawn).toBe(packagesPicture(readImports(root)));
});

test('every kind of import is read, and nothing else', () => {
  write('packages/leaf/src/index.ts', "export { one } from './one';", "// import '@shroom/data';");
  write('packages/leaf/src/one.ts', 'export const one = "import \'@shroom/data\'";');
  write('packages/leaf/test/one.test.ts', "import '@shroom/data';");
  write(
    'packages/data/src/node/index.ts',
    "import { readFileSync } from 'node:fs';",
    "import type { X } from 'sharp';",
    "import '@tensorflow/tfjs-core/dist/ops';",
    "import { y } from '../../test/y';",
    "export const later = () => import('@shroom/leaf');",
  );
  write('packages/roof/src/index.ts', "export type { A } from '@shroom/data/node';");
  write('examples/run.ts', "import '@shroom/roof';", "import '../packages/leaf/src/one';");
  write('examples/node_modules/other/index.js', "import '@shroom/data';");
  const imports = readImports(folder);
  expect(imports).toEqual({
    packages: [
      { name: 'data', ours: ['leaf'], others: ['@tensorflow/tfjs-core', 'sharp'] },
      { name: 'leaf', ours: [], others: [] },
      { name: 'roof', ours: ['data'], others: [] },
    ],
    programs: [{ name: 'examples', ours: ['leaf', 'roof'], others: [] }],
  });
  // Domain imports leaf; the roof lists its imports in words; the programs import from both.
  const picture = packagesPicture(imports);
  expect(picture.match(/class="arrow from-package"/g)).toHaveLength(1);
  expect(picture).toMatch(/>roof<\/text>\s*<text[^>]*>data<\/text>/);
  expect(picture.match(/class="arrow from-program"/g)).toHaveLength(2);
  expect([...picture.matchAll(/class="(roof|domain|leaves)"/g)].map(([, floor]) => floor)).toEqual([
    ...['roof', 'domain', 'leaves'],
  ]);
  expect(picture).toContain('every package but data');
});

test.each(readdirSync(join(root, 'packages')))(
  'no file of %s imports itself through others',
  name => {
    expect(importCircles(join(root, 'packages', name, 'src'))).toEqual([]);
  },
);

test('a circle of imports is found, also of types and of import()', () => {
  write('circles/a.ts', "import type { B } from './inner/b';", "import './apart';");
  write('circles/inner/b.ts', "export { c } from '..';");
  write('circles/index.ts', "export const c = () => import('./a');");
  write('circles/apart.ts', "import './last';", "// import './a';");
  write('circles/last.ts', "import 'vitest';");
  expect(importCircles(join(folder, 'circles')).sort()).toEqual([
    'a.ts -> inner/b.ts -> index.ts -> a.ts',
    'index.ts -> a.ts -> inner/b.ts -> index.ts',
    'inner/b.ts -> index.ts -> a.ts -> inner/b.ts',
  ]);
});
