// Draws packages and their imports, as the sources have them, for docs/architecture.md: `npm run imports`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packagesPicture } from './picture';
import { readImports } from './read';

const root = fileURLToPath(new URL('../../', import.meta.url));
const file = 'docs/images/packages.svg';
writeFileSync(`${root}${file}`, packagesPicture(readImports(root)));
console.log(`Wrote ${file}.`);
