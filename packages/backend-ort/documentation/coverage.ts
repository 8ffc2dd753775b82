/** Writes the table of kernels in the README from the kernels that the code registers: `npm run coverage-table`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type KernelCoverage, kernelCoverage } from '../src/index';

const startMarker = '<!-- coverage: written by npm run coverage-table -->';
const endMarker = '<!-- end of coverage -->';

/** The README with an updated table of kernels. */
export function withCoverage(readme: string, coverage: KernelCoverage): string {
  const rows = [
    ['ONNX', coverage.onnx],
    ['share data, compute nothing', coverage.view],
    ['JavaScript, by the `cpu` backend', coverage.cpu],
  ] as const;
  const table = [
    '| runs as | kernels | |',
    '|---|---|---|',
    ...rows.map(([title, names]) => `| ${title} | ${names.length} | ${names.join(', ')} |`),
  ];
  const before = readme.slice(0, readme.indexOf(startMarker) + startMarker.length);
  const after = readme.slice(readme.indexOf(endMarker));
  return `${before}\n${table.join('\n')}\n${after}`;
}

const file = fileURLToPath(new URL('../README.md', import.meta.url));

export function readmeText(): string {
  return readFileSync(file, 'utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(file, withCoverage(readmeText(), kernelCoverage()));
}
