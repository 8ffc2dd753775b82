import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** What a bundler makes of an import for a browser, minified, without what packages leave to others. */
export async function bundled(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: here, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['@tensorflow/*', 'onnxruntime-*'],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

export const gzippedSize = async (code: string): Promise<number> =>
  gzipSync(await bundled(code), { level: 9 }).length;
