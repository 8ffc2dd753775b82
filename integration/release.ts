/**
 * Packs every package as for a release, and prints what would be published. It publishes nothing.
 *
 *     npm run release:dry-run [-- <folder>]      the tarballs stay in the folder, if one is given
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createPackageFromTarballData } from '@arethetypeswrong/core';
import { bytesOf, packAll, type Tarball } from './test/tarballs';

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;

/** Prints one package. @returns The problems that would keep npm from installing it. */
function describe({ name, file, contents }: Tarball): string[] {
  const unpacked = createPackageFromTarballData(bytesOf(file));
  const at = (path: string) => `/node_modules/${name}/${path}`;
  const manifest: Manifest = JSON.parse(unpacked.readFile(at('package.json')));
  const bytes = contents.reduce((sum, path) => sum + unpacked.readFile(at(path)).length, 0);
  const facts: [string, string][] = [
    [
      'size',
      `${kilobytes(statSync(file).size)} packed, ${kilobytes(bytes)} unpacked, ${contents.length} files`,
    ],
    ['entries', Object.keys(manifest.exports).join('  ')],
    ['needs', ranges(manifest.dependencies)],
    ['peers', ranges(manifest.peerDependencies)],
  ];
  console.log(`\n${name} ${manifest.version}`);
  for (const [label, text] of facts) if (text) console.log(`  ${label.padEnd(8)} ${text}`);
  const all = { ...manifest.dependencies, ...manifest.peerDependencies };
  return Object.entries(all)
    .filter(([, range]) => /^(workspace|catalog|file|link):/.test(range))
    .map(([other, range]) => `${name} needs ${other} ${range}, which npm cannot resolve.`);
}

function ranges(dependencies: Manifest['dependencies'] = {}): string {
  return Object.entries(dependencies)
    .map(([name, range]) => `${name} ${range}`)
    .join(', ');
}

const kept = process.argv[2];
const folder = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'shroom-release-'));
try {
  mkdirSync(folder, { recursive: true });
  const faults = (await packAll(folder)).flatMap(describe);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
  console.log(`\nNothing was published.${kept ? ` The tarballs are in ${folder}.` : ''}`);
} finally {
  if (!kept) rmSync(folder, { recursive: true, force: true });
}
