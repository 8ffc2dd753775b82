import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import type { FoundPeers } from './peers';

/** The machine on which figures were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Number of threads of every contestant. */
  readonly threads: number;
  /** Memory in GB of 10^9 bytes. */
  readonly memory: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

const packages = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-wasm',
  'onnxruntime-node',
  'sharp',
];

export function describeMachine({ versions: peers }: FoundPeers, threads: number): Machine {
  const versions: Record<string, string> = { node: process.versions.node };
  for (const name of packages) versions[name] = versionOf(name);
  Object.assign(versions, peers);
  const vectors = vectorInstructions();
  return {
    cpu: `${cpus()[0]?.model.trim() ?? 'unknown'}${vectors && `, ${vectors}`}`,
    cores: availableParallelism(),
    threads,
    memory: Math.round(totalmem() / 1e8) / 10,
    system: `${platform()} ${arch()}`,
    versions,
  };
}

/** The widest vector instructions that Linux lists. They say more than the processor name of a virtual machine. */
function vectorInstructions(): string {
  if (platform() !== 'linux') return '';
  const [, flags = ''] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
  const known = { amx_tile: 'AMX', avx512f: 'AVX-512', avx2: 'AVX2' };
  const [, name = ''] = Object.entries(known).find(([flag]) => flags.includes(flag)) ?? [];
  return name;
}

function versionOf(name: string): string {
  // Some packages do not export their package.json, so it is searched above their entry.
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`node_modules/${name}/`));
  const manifest = `${folder}node_modules/${name}/package.json`;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
