import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, runProgram } from './program';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const packages = readdirSync(join(root, 'packages'));
const manifests = packages.map(name => JSON.parse(read(`packages/${name}/package.json`)));

describe('the packages', () => {
  test('have one version, one license, and admit Node 20.19', () => {
    expect(new Set(manifests.map(({ version }) => version)).size).toBe(1);
    for (const { license, engines, name } of manifests) {
      expect([name, license, engines.node]).toEqual([name, 'Apache-2.0', '>=20.19']);
    }
    expect(JSON.parse(read('.changeset/config.json')).fixed).toEqual([['@shroom/*']]);
  });

  test('leave TensorFlow.js to the application', () => {
    for (const { name, dependencies = {}, peerDependencies = {} } of manifests) {
      const own = Object.keys(dependencies).filter(each =>
        /^@tensorflow\/tfjs-(core|layers)$/.test(each),
      );
      expect([name, own]).toEqual([name, []]);
      // These packages return plain arrays and bytes, and need no TensorFlow.js.
      expect([name, '@tensorflow/tfjs-core' in peerDependencies]).toEqual([
        name,
        !['@shroom/data', '@shroom/drawn', '@shroom/formats', '@shroom/pixels'].includes(name),
      ]);
    }
  });

  test('share one copy of each TensorFlow.js package, and run no build script when they are installed', () => {
    const lock = read('pnpm-lock.yaml');
    for (const name of [
      'tfjs-core',
      'tfjs-layers',
      'tfjs-backend-cpu',
      'tfjs-backend-wasm',
      'tfjs-backend-webgl',
    ]) {
      const versions = new Set(lock.match(new RegExp(`@tensorflow/${name}@[0-9][0-9.]*`, 'g')));
      expect([...versions]).toEqual([`@tensorflow/${name}@4.22.0`]);
    }
    expect(read('pnpm-workspace.yaml')).toMatch(/onlyBuiltDependencies: \[\]/);
  });
});

describe('the import law', () => {
  const violations = [
    [
      'packages/head/src',
      "import { fit } from '@shroom/train';\nexport const x = fit;\n",
      'noRestrictedImports',
    ],
    [
      'packages/backend-ort/src',
      "import { fit } from '@shroom/train';\nexport const x = fit;\n",
      'noRestrictedImports',
    ],
    ...['formats', 'pixels'].flatMap(leaf => [
      [
        `packages/${leaf}/src`,
        "import { fit } from '@shroom/train';\nexport const x = fit;\n",
        'noRestrictedImports',
      ],
      [
        `packages/${leaf}/src`,
        "import { toHalf } from '@shroom/formats';\nexport const x = toHalf;\n",
        'noRestrictedImports',
      ],
      [
        `packages/${leaf}/src`,
        "import { tensor } from '@tensorflow/tfjs-core';\nexport const x = tensor;\n",
        'noRestrictedImports',
      ],
      [
        `packages/${leaf}/src`,
        "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n",
        'noNodejsModules',
      ],
    ]),
    ...['src', 'test'].flatMap(folder =>
      ['../../../examples/pipeline/terminal', '@shroom-internal/benchmarks'].map(other => [
        `packages/data/${folder}`,
        `import { x } from '${other}';\nexport const y = x;\n`,
        'noRestrictedImports',
      ]),
    ),
    [
      'packages/data/src',
      "import { genera } from '@shroom/drawn';\nexport const x = genera;\n",
      'noRestrictedImports',
    ],
    [
      'packages/train/src',
      "import '@tensorflow/tfjs-backend-cpu';\nexport const x = 1;\n",
      'noRestrictedImports',
    ],
    [
      'packages/data/src',
      "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n",
      'noNodejsModules',
    ],
    [
      'packages/gradcam/src',
      "import { x } from './utils';\nexport const y = x;\n",
      'noRestrictedImports',
    ],
  ];

  const allowed = [
    ['models', 'toHalf', 'formats'],
    ['train', 'toHalf', 'formats'],
    ['backend-ort', 'toHalf', 'formats'],
    ['data', 'resize', 'pixels'],
  ] as const;

  /** All sources, with the folder that each is written to. */
  const sources = [
    ...violations.map(([folder, source]) => [folder!, source!] as const),
    ...allowed.map(([name, value, leaf]) => {
      const source = `import { ${value} } from '@shroom/${leaf}';\nexport const x = ${value};\n`;
      return [`packages/${name}/src`, source] as const;
    }),
  ];
  const files = sources.map(([folder], index) => `${folder}/law-${process.pid}-${index}.ts`);
  /** The rules that each file breaks. */
  let broken: readonly (readonly string[])[];
  beforeAll(async () => {
    for (const [index, [, source]] of sources.entries())
      writeFileSync(join(root, files[index]!), source);
    const biome = join(root, 'node_modules', '.bin', 'biome');
    const how = ['lint', '--reporter=github', '--max-diagnostics=none', ...files];
    const outcome = await promisify(execFile)(biome, how, { cwd: root }).catch(error => error);
    const lines = String(outcome.stdout).split('\n');
    broken = files.map(file =>
      lines.flatMap(line => {
        const [, rule, path] = /^::error title=([\w/]+),file=([^,]+),/.exec(line) ?? [];
        return path?.endsWith(file) ? [rule!] : [];
      }),
    );
  });
  afterAll(() => {
    for (const file of files) rmSync(join(root, file), { force: true });
  });

  test.each(violations.map(([folder, , rule], index) => [folder, rule, index] as const))(
    'fails the build in %s by %s',
    (_, rule, index) => {
      expect(broken[index]!.some(each => each.endsWith(`/${rule}`))).toBe(true);
    },
  );

  test.each(allowed.map(([name, value, leaf], index) => [name, value, leaf, index] as const))(
    'lets %s import %s of the leaf %s',
    (_, __, ___, index) => {
      expect(broken[violations.length + index]).toEqual([]);
    },
  );
});

describe('the snippet in the README of', () => {
  // Below this folder, so that the packages resolve as they do for a user.
  const folder = mkdtempSync(join(root, 'integration', '.snippets-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const snippets = packages.flatMap(name =>
    [...read(`packages/${name}/README.md`).matchAll(/```[jt]s\n(.*?)```/gs)].map(
      (match, index) => ({
        name,
        index,
        code: match[1]!,
      }),
    ),
  );

  test('every package is there', () => {
    expect([...new Set(snippets.map(({ name }) => name))]).toEqual(packages);
  });

  test.each(snippets)('$name runs', async ({ name, index, code }) => {
    const file = join(folder, `${name}-${index}.ts`);
    writeFileSync(file, code);
    const { code: status, stdout, stderr } = await runProgram(file);
    expect(status, stderr).toBe(0);
    if (index === 0) expect(stdout).not.toBe('');
  });
});
