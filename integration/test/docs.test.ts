import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { root, runProgram } from './program';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const docs = ['', 'guide/'].flatMap(folder =>
  readdirSync(join(root, 'docs', folder))
    .filter(file => file.endsWith('.md'))
    .map(file => `docs/${folder}${file}`),
);
const snippets = readdirSync(join(root, 'docs/snippets')).filter(
  // The modules that the snippets import.
  file => !['photos.ts', 'graph.ts', 'web-site.ts'].includes(file),
);

describe('the code on the site', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shroom-docs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(snippets)('%s runs', async file => {
    const outcome = await runProgram(join(root, 'docs/snippets', file), [], { cwd: folder });
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stdout).not.toBe('');
    // The output that the guide shows.
    if (file === 'getting-started.ts') expect(outcome.stdout).toMatch(/^agaric, 71 %$/m);
  });

  test.each(docs)('of %s is taken from those files, and from nowhere else', page => {
    const text = read(page);
    expect([...text.matchAll(/^```([jt]sx?|typescript|javascript)/gm)].map(String)).toEqual([]);
    for (const [, file, region] of text.matchAll(/^<<< @\/snippets\/(\S+?)#(\S+)$/gm)) {
      expect(snippets).toContain(file);
      expect(read(`docs/snippets/${file}`)).toContain(`// #region ${region}\n`);
    }
    expect([...text.matchAll(/^<<< (?!@\/snippets\/\S+\.ts#\S+$).*/gm)].map(String)).toEqual([]);
  });

  test.each(snippets)('shows every region of %s', file => {
    const pages = docs.map(read).join('\n');
    for (const [, region] of read(`docs/snippets/${file}`).matchAll(/\/\/ #region (\S+)/g))
      expect(pages).toContain(`<<< @/snippets/${file}#${region}\n`);
  });
});

test('the program of the README is the one of the first guide', () => {
  const [, all] = /\/\/ #region all\n(.*)\/\/ #endregion all/s.exec(
    read('docs/snippets/getting-started.ts'),
  )!;
  const blocks = [...read('README.md').matchAll(/```ts\n(.*?)```/gs)].map(match => match[1]);
  expect(blocks).toEqual([all]);
});

describe('the links of', () => {
  const readmes = readdirSync(join(root, 'packages')).map(name => `packages/${name}/README.md`);
  const headings = (path: string) =>
    Array.from(read(path).matchAll(/^#+ (.*)$/gm), ([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );

  test.each(['README.md', 'CONTRIBUTING.md', ...readmes])('%s lead somewhere', page => {
    for (const [, link] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link!)) continue;
      const [path = '', anchor] = link!.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect([link, existsSync(join(root, target))]).toEqual([link, true]);
      if (anchor !== undefined) expect(headings(target)).toContain(anchor);
    }
  });
});
