import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { bundle, filesOf, launch, noChromium, serve } from '@shroom-internal/chromium';
import { afterAll, describe, expect, test } from 'vitest';
import { root, runProgram } from './program';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const docs = ['', 'guide/'].flatMap(folder =>
  readdirSync(join(root, 'docs', folder))
    .filter(file => file.endsWith('.md'))
    .map(file => `docs/${folder}${file}`),
);
/** The modules that the snippets import. */
const imported = ['photos.ts', 'exported.ts', 'graph.ts', 'trained.ts', 'web-site.ts'];
/** The snippet that trains, exports and fine-tunes. Those that use its run come after it, and do not train again. */
const training = 'classifier.ts';
const others = [...imported, training];
const snippets = [
  training,
  ...readdirSync(join(root, 'docs/snippets')).filter(file => !others.includes(file)),
];
/** The snippet for a page. It needs a browser. */
const forPage = 'page.ts';

describe('the code on the site', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shroom-docs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(snippets.filter(file => file !== forPage))('%s runs', async file => {
    const outcome = await runProgram(join(root, 'docs/snippets', file), [], { cwd: folder });
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stdout).not.toBe('');
    // The output that the guide shows.
    if (file === 'getting-started.ts') expect(outcome.stdout).toMatch(/^agaric, 71 %$/m);
  });

  test.skipIf(noChromium)('makes a page that answers', async () => {
    const [, html] = /```html\n(.*?)```/s.exec(read('docs/guide/use.md'))!;
    const script = await bundle(new URL(`../../docs/snippets/${forPage}`, import.meta.url));
    // What the snippet web.ts has written.
    const model = filesOf(join(folder, 'public'));
    const site = await serve(path => (path === '/' ? html : model(path)));
    const browser = await launch({ webgl: true });
    try {
      const page = await browser.newPage();
      // A server states the type of a file that it has compiled.
      await page.route(`**/${forPage}`, route =>
        route.fulfill({ body: script, contentType: 'text/javascript' }),
      );
      await page.goto(site.url);
      const output = page.locator('output');
      await expect
        .poll(() => output.textContent(), { timeout: 60_000 })
        .toMatch(/^Three genera of mushrooms, trained on \d+ photographs$/);
      await page.setInputFiles('input', join(folder, 'mushroom.jpg'));
      await expect
        .poll(() => output.textContent(), { timeout: 300_000 })
        .toMatch(/^(\w+, \d+ %|like nothing that it was trained on)$/);
    } finally {
      await browser.close();
      site.close();
    }
  });

  test.each(docs)('of %s is taken from those files, and from nowhere else', page => {
    const text = read(page);
    expect([...text.matchAll(/^```([jt]sx?|typescript|javascript)\b/gm)].map(String)).toEqual([]);
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

  // The pages below docs/api are made with the site, whose links `npm run docs` follows.
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path.endsWith('.md') && !/^api\/|node_modules|^\./.test(path));

  test.each(pages)('docs/%s lead to pages of the site', page => {
    for (const [, link] of read(`docs/${page}`).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|\/api\/)/.test(link!)) continue;
      const [path = '', anchor] = link!.replace(/\.(md|html)(?=#|$)/, '').split('#');
      const place = path.startsWith('/') ? path.slice(1) : posix.join(dirname(page), path);
      const target = path === '' ? page : place.endsWith('/') ? `${place}index.md` : `${place}.md`;
      const isFile = ['docs', 'docs/public'].some(each => existsSync(join(root, each, place)));
      if (isFile && /\.\w+$/.test(place)) continue; // a picture, or a schema
      expect([link, pages]).toEqual([link, expect.arrayContaining([target])]);
      if (anchor !== undefined) expect(headings(`docs/${target}`)).toContain(anchor);
    }
  });
});
