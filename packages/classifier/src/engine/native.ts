import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What helps: a sentence, and a command if there is one. */
export interface Remedy {
  readonly what: string;
  readonly command?: string;
}

/** Why the engine `ort` does not load. */
export interface NativeFault {
  /** `unsupported`: there is no binary for this platform. */
  readonly kind: 'missing' | 'unsupported' | 'incomplete' | 'broken';
  readonly why: string;
  readonly remedy: Remedy;
}

/** The platform, as far as native binaries depend on it. */
export interface Platform {
  readonly os: NodeJS.Platform;
  readonly arch: string;
  /** The C library on Linux. */
  readonly libc?: 'glibc' | 'musl';
}

/** The installed package `onnxruntime-node`. */
interface Installed {
  readonly version: string;
  /** Whether it has a binary for this platform. */
  readonly hasBinary: boolean;
}

/**
 * Installs the engine `ort` from the npm registry alone. Without the option, an install script downloads CUDA libraries from elsewhere, and
 * the whole install fails where that is not possible.
 */
const installOrt = 'npm i onnxruntime-node --onnxruntime-node-install=skip';

/** Platforms for which onnxruntime-node 1.30 has a binary. On Linux it needs glibc. */
const supported = ['linux x64', 'linux arm64', 'darwin arm64', 'win32 x64', 'win32 arm64'];

/** The platform of this process. */
export function thisPlatform(): Platform {
  const { platform: os, arch } = process;
  if (os !== 'linux') return { os, arch };
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return { os, arch, libc: header?.glibcVersionRuntime ? 'glibc' : 'musl' };
}

/** The platform as people call it. */
export function platformInWords({ os, arch, libc }: Platform): string {
  if (os === 'darwin') return arch === 'x64' ? 'a Mac with an Intel processor' : `macOS ${arch}`;
  if (os === 'win32') return `Windows ${arch}`;
  if (os === 'linux') return libc === 'musl' ? `Linux ${arch} with musl` : `Linux ${arch}`;
  return `${os} ${arch}`;
}

/**
 * Finds out why the engine `ort` does not load, and what helps.
 *
 * @param error The error of loading it.
 * @param installed The installed package, or `null` if there is none.
 */
export function nativeFault(
  error: unknown,
  platform: Platform = thisPlatform(),
  installed: Installed | null = installedHere(platform),
): NativeFault {
  const { os, arch, libc } = platform;
  const where = platformInWords(platform);
  const isSupported = libc !== 'musl' && supported.includes(`${os} ${arch}`);
  if (!isSupported && !(installed?.hasBinary && libc !== 'musl')) {
    const elsewhere =
      libc === 'musl' ? ' An image with glibc, such as Debian, can run the engine ort.' : '';
    return {
      kind: 'unsupported',
      why: `ONNX Runtime has no native binary for ${where}`,
      remedy: { what: `There is nothing to install: wasm computes here.${elsewhere}` },
    };
  }
  if (!installed)
    return {
      kind: 'missing',
      why: 'onnxruntime-node is not installed',
      remedy: { what: 'To install the engine ort:', command: installOrt },
    };
  const again = { what: 'To install it again:', command: installOrt };
  if (!installed.hasBinary)
    return {
      kind: 'incomplete',
      why: `onnxruntime-node ${installed.version} is installed without its binary for ${where}`,
      remedy: { ...again, command: `npm rm onnxruntime-node && ${installOrt}` },
    };
  const { cause } = (error ?? {}) as { cause?: unknown };
  const reason = (cause ?? error) as Error | undefined;
  const line = String(reason?.message ?? reason).split('\n')[0]!;
  return { kind: 'broken', why: line, remedy: again };
}

/** The package `onnxruntime-node` that this package would load; `null` if it is not installed. */
function installedHere({ os, arch }: Platform): Installed | null {
  try {
    const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    const { version } = createRequire(manifest)(manifest) as { version: string };
    return { version, hasBinary: hasBinary(join(dirname(manifest), 'bin'), join(os, arch)) };
  } catch {
    return null;
  }
}

/** @param bin A folder with a folder for each version of Node-API, such as `napi-v6`. */
function hasBinary(bin: string, platform: string): boolean {
  try {
    return readdirSync(bin).some(api =>
      readdirSync(join(bin, api, platform)).some(file => file.endsWith('.node')),
    );
  } catch {
    return false;
  }
}
