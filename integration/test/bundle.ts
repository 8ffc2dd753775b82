import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

const options = {
  bundle: true,
  minify: true,
  format: 'esm' as const,
  platform: 'browser' as const,
  target: 'es2022',
  external: ['@tensorflow/*', 'onnxruntime-*'] as string[],
  write: false as const,
  logLevel: 'silent' as const,
} satisfies BuildOptions;

/** Bundles an import for a browser, minified, without the dependencies that packages leave external. */
export async function bundled(code: string): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    stdin: { contents: code, resolveDir: here, loader: 'js' },
  });
  return outputFiles[0]!.text;
}

/** Size of the code that is loaded immediately. Code behind `import()` is loaded later, when it is needed. */
export async function gzippedSize(code: string): Promise<number> {
  const { outputFiles, metafile } = await build({
    ...options,
    stdin: { contents: code, resolveDir: here, loader: 'js' },
    splitting: true,
    outdir: here,
    metafile: true,
  });
  const made = new Map(outputFiles.map(({ path, text }) => [relative(process.cwd(), path), text]));
  // Code that is loaded later has an entry point too.
  const first = Object.keys(metafile.outputs).find(
    path => metafile.outputs[path]!.entryPoint === '<stdin>',
  )!;
  const loaded = new Set([first]);
  for (const path of loaded) {
    for (const { path: next, kind } of metafile.outputs[path]!.imports)
      if (kind === 'import-statement' && made.has(next)) loaded.add(next);
  }
  return [...loaded].reduce((total, path) => total + sizeOf(made.get(path)!), 0);
}

const sizeOf = (text: string): number => gzipSync(text, { level: 9 }).length;

/**
 * Runs a program for a browser, split as a bundler splits it, and measures all code that was loaded until the end.
 *
 * @param code A program that may import packages, TensorFlow.js and its engine in JavaScript.
 */
export async function gzippedSizeInTheEnd(code: string): Promise<number> {
  // Written beside the tests, so that external imports are resolved.
  const folder = mkdtempSync(join(here, '.loaded-'));
  try {
    const { outputFiles } = await build({
      ...options,
      stdin: { contents: code, resolveDir: here, loader: 'js' },
      splitting: true,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
    });
    const told = `import { basename } from 'node:path';console.log(basename(import.meta.url));\n`;
    for (const { path, text } of outputFiles) writeFileSync(path, told + text);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'stdin.mjs')]);
    const loaded = new Set(stdout.split('\n'));
    return outputFiles
      .filter(({ path }) => loaded.has(basename(path)))
      .reduce((total, { text }) => total + sizeOf(text), 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
