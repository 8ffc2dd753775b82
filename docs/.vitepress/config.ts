import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));

/** The pages that are there: some are written by programs, or later. */
const pages = (items: readonly [text: string, link: string][]): DefaultTheme.SidebarItem[] =>
  items
    .filter(([, link]) => existsSync(join(docs, `${link}.md`)))
    .map(([text, link]) => ({ text, link: `/${link}` }));

/** The entries of each package, as `api-reference.mjs` left them. */
function reference(): DefaultTheme.SidebarItem[] {
  const folder = join(docs, 'api', '@shroom');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter(file => file.endsWith('.md'))
    .map(file => `@shroom/${file.replaceAll('\\', '/').replace(/\.md$/, '')}`)
    .sort()
    .map(entry => ({ text: entry, link: `/api/${entry}` }));
}

const guides = pages([
  ['Five minutes', 'guide/getting-started'],
  ['From the terminal', 'guide/terminal'],
  ['Train on your own photos', 'guide/classifier'],
  ['Use a trained classifier', 'guide/use'],
  ['Serve it', 'guide/serve'],
  ['Where photos come from', 'guide/data'],
  ['Many machines', 'guide/scale'],
  ['Train step by step', 'guide/train'],
  ['Explain your own model', 'guide/explain'],
  ['Choose an engine', 'guide/engines'],
  ['Fine-tune', 'guide/fine-tuning'],
  ['Export', 'guide/export'],
  ['Use it in Python or in transformers.js', 'guide/python'],
]);
const understanding = pages([
  ['Read a heat map', 'guide/heat-maps'],
  ['Which method', 'methods'],
  ['Results', 'results'],
  ['Networks', 'networks'],
  ['Models that others published', 'foreign-models'],
  ['Compared with other libraries', 'compared-with-libraries'],
  ['Calibration', 'calibration'],
  ['Unknown photos', 'unknown-photos'],
  ['Benchmarks', 'benchmarks'],
  ['Performance', 'performance'],
  ['Architecture', 'architecture'],
  ['Decisions', 'decisions/index'],
]);

const contributing = pages([
  ['Add a backbone', 'contributing/add-a-backbone'],
  ['Add an explanation method', 'contributing/add-an-explanation-method'],
  ['Add a kernel', 'contributing/add-a-kernel'],
  ['Add a data source', 'contributing/add-a-data-source'],
]);

export default defineConfig({
  title: 'Shroom',
  description: 'Train, evaluate and explain image classifiers in TypeScript, on TensorFlow.js',
  lang: 'en',
  cleanUrls: true,
  srcExclude: ['snippets/**', 'node_modules/**'],
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/mushroom.svg' }],
    ['meta', { name: 'theme-color', content: '#a83226' }],
  ],
  markdown: { theme: { light: 'github-light', dark: 'github-dark' } },
  themeConfig: {
    logo: '/mushroom.svg',
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/guide/getting-started', activeMatch: '^/guide/(?!heat-maps)' },
      { text: 'Read a heat map', link: '/guide/heat-maps' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
    ],
    sidebar: {
      '/api/': [{ text: 'API reference', link: '/api/', items: reference() }],
      '/': [
        { text: 'Guide', items: guides },
        { text: 'Understand', items: understanding },
        { text: 'Contribute', items: contributing },
        { text: 'Reference', items: [{ text: 'API', link: '/api/' }] },
      ],
    },
    footer: {
      message: 'Never eat a mushroom because of a photo.',
      copyright: 'Apache-2.0. All mushrooms on these pages are drawn by the program itself.',
    },
  },
});
