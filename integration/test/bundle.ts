import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** What a bundler makes of an import for a browser, minified, without what packages leave to others. */
export async function bundled(code: string): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    stdin: { contents: code, resolveDir: here, loader: 'js' },
  });
  return outputFiles[0]!.text;
}

/** What is loaded at once: what is imported by `import()` comes later, where it is needed. */
export async function gzippedSize(code: string): Promise<number> {
  const { outputFiles, metafile } = await build({
    ...options,
    stdin: { contents: code, resolveDir: here, loader: 'js' },
    splitting: true,
    outdir: here,
    metafile: true,
  });
  const made = new Map(outputFiles.map(({ path, text }) => [relative(process.cwd(), path), text]));
  const first = Object.keys(metafile.outputs).find(path => metafile.outputs[path]!.entryPoint)!;
  const loaded = new Set([first]);
  for (const path of loaded) {
    for (const { path: next, kind } of metafile.outputs[path]!.imports)
      if (kind === 'import-statement' && made.has(next)) loaded.add(next);
  }
  const texts = [...loaded].map(path => made.get(path)!);
  return texts.reduce((total, text) => total + gzipSync(text, { level: 9 }).length, 0);
}
