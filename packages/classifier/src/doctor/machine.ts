import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { instructionSet } from '@shroom/backend-ort';
import { engines } from '../../package.json';
import { platformInWords, thisPlatform } from '../engine/native';
import type { Check } from './check';

/** Bytes that the training of the head of a ResNet50 takes at most, at 299 pixels (docs/benchmarks.md). */
const forTraining = 1.2e9;

/** What Node, the processor and the memory are like. */
export async function checkMachine(): Promise<Check[]> {
  return [
    checkNode(process.versions.node),
    checkPlatform(),
    checkProcessor(),
    checkMemory(),
    await checkPhotos(),
  ];
}

/** @param version Of Node, such as `20.19.0`. */
export function checkNode(version: string): Check {
  const least = engines.node.replace('>=', '');
  const numbers = (text: string) => text.split('.').map(Number);
  const [[major = 0, minor = 0], [leastMajor = 0, leastMinor = 0]] = [
    numbers(version),
    numbers(least),
  ];
  const about = { part: 'machine', name: 'Node', found: version } as const;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor))
    return { ...about, standing: 'good' };
  return { ...about, standing: 'bad', advice: `Install Node ${least} or later.` };
}

function checkPlatform(): Check {
  const platform = thisPlatform();
  return { part: 'machine', name: 'platform', standing: 'good', found: platformInWords(platform) };
}

function checkProcessor(): Check {
  const [cpu] = cpus();
  const threads = availableParallelism();
  const share = processorsOfContainer();
  const vectors = vectorsInWords(instructionSet());
  const model = cpu?.model.trim() || process.arch;
  const found = `${model}; ${threads} threads${vectors ? `; ${vectors}` : ''}`;
  const about = { part: 'machine', name: 'processor' } as const;
  if (share !== undefined && share < threads)
    return {
      ...{ ...about, standing: 'limited', found },
      advice: `The container may use only ${share} processors: give it more (docker run --cpus).`,
    };
  if (process.platform === 'linux' && process.arch === 'x64' && !vectors.includes('AVX2'))
    return {
      ...{ ...about, standing: 'limited', found },
      advice: 'Without AVX2, every engine is several times slower: take another machine to train.',
    };
  return { ...about, standing: 'good', found };
}

/** The vector instructions that matter most, as people call them. @param all The text of `instructionSet`. */
export function vectorsInWords(all: string): string {
  const known = [
    ['avx2', 'AVX2'],
    ['avx512f', 'AVX-512'],
    ['avx512_vnni', 'VNNI'],
    ['amx_tile', 'AMX'],
    ['asimd', 'NEON'],
    ['sve', 'SVE'],
  ] as const;
  const flags = new Set(all.split(' '));
  return known.flatMap(([flag, name]) => (flags.has(flag) ? [name] : [])).join(', ');
}

/** Number of processors that a container may use; `undefined` without a limit. */
function processorsOfContainer(): number | undefined {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').split(' ').map(Number);
    return Number.isFinite(quota) ? quota! / period! : undefined;
  } catch {
    return undefined;
  }
}

function checkMemory(): Check {
  const limit = process.constrainedMemory();
  // Without a limit, some systems return 0, and others a number larger than the memory.
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  const free = process.availableMemory?.() ?? freemem();
  return memoryCheck(total, Math.min(free, total));
}

/** @param free Bytes that a program can still get. */
export function memoryCheck(total: number, free: number): Check {
  const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const found = `${inGigabytes(total)}, ${inGigabytes(free)} of it free`;
  const about = { part: 'machine', name: 'memory', found } as const;
  if (free >= forTraining) return { ...about, standing: 'good' };
  return {
    ...{ ...about, standing: 'limited' },
    advice: `Training on a ResNet50 takes about ${inGigabytes(forTraining)}: close other programs, or take a smaller --size or --backbone.`,
  };
}

async function checkPhotos(): Promise<Check> {
  const about = { part: 'machine', name: 'photos' } as const;
  try {
    const { default: sharp } = await import('sharp');
    const create = { width: 2, height: 2, channels: 3, background: '#000' } as const;
    await sharp({ create }).png().toBuffer();
    return { ...about, standing: 'good', found: `sharp ${sharp.versions.sharp} decodes them` };
  } catch (error) {
    return {
      ...{ ...about, standing: 'bad', found: (error as Error).message.split('\n')[0]! },
      advice: 'The library that decodes photos does not load. To install it again:',
      command: 'npm i sharp --include=optional',
    };
  }
}
