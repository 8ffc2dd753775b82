// Draws the packages and their imports for docs/architecture.md, as read from the sources: `npm run imports`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packagesPicture } from './picture';
import { readImports } from './read';

const root = fileURLToPath(new URL('../../', import.meta.url));
const file = 'docs/images/packages.svg';
writeFileSync(`${root}${file}`, packagesPicture(readImports(root)));
console.log(`Wrote ${file}.`);
