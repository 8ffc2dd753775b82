// Looks at the built site as a reader's browser would: every link within it leads to a page, and every anchor to a heading.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = join(dirname(fileURLToPath(import.meta.url)), '.vitepress', 'dist');
const pages = new Map(
  readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.html'))
    .map(file => {
      const html = readFileSync(join(dist, file), 'utf8');
      const ids = new Set(Array.from(html.matchAll(/ id="([^"]+)"/g), match => match[1]));
      const links = Array.from(html.matchAll(/ (?:href|src)="([^"]+)"/g), match => match[1]);
      return [`/${file.replaceAll('\\', '/')}`, { ids, links }];
    }),
);

const pageAt = path =>
  [path, `${path}.html`, posix.join(path, 'index.html')].find(each => pages.has(each));

const broken = [];
let count = 0;
for (const [page, { links }] of pages) {
  for (const link of links) {
    const { origin, pathname, hash } = new URL(link.replaceAll('&amp;', '&'), `http://site${page}`);
    if (origin !== 'http://site') continue;
    count++;
    const path = decodeURIComponent(pathname);
    const target = pageAt(path);
    const anchor = decodeURIComponent(hash.slice(1));
    if (!target && !existsSync(join(dist, path))) broken.push(`${page}: ${link} leads nowhere`);
    else if (target && anchor && !pages.get(target).ids.has(anchor))
      broken.push(`${page}: ${link}, ${target} has no such heading`);
  }
}
for (const line of new Set(broken)) console.error(line);
console.log(`${pages.size} pages, ${count} links within the site, ${broken.length} broken`);
process.exitCode = broken.length > 0 || pages.size < 2 ? 1 : 0;
