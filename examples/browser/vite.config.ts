import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Headers that isolate the page. Only isolated pages may share memory between threads, which WebAssembly needs to use all cores. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Writes the list of the page's files, and a version that changes with them, into the service worker. */
function shellOfServiceWorker(): Plugin {
  return {
    name: 'shell-of-service-worker',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const kept = ['icon.svg', 'manifest.webmanifest'];
        const made = Object.keys(bundle).filter(name => !/service-worker\.js$|\.map$/.test(name));
        const hash = createHash('sha256');
        for (const name of made.sort()) {
          const part = bundle[name]!;
          hash.update(name).update(part.type === 'chunk' ? part.code : part.source);
        }
        for (const name of kept) hash.update(readFileSync(file(`public/${name}`)));
        const shell = { version: hash.digest('hex').slice(0, 16), files: ['./', ...made, ...kept] };
        const worker = bundle['service-worker.js'];
        if (worker?.type !== 'chunk') throw new Error('The build has no service worker.');
        worker.code = worker.code.replace('__SHELL__', JSON.stringify(shell));
      },
    },
  };
}

/**
 * TensorFlow.js starts its WebAssembly threads from the source text of a function. The function checks whether an outer variable
 * `_scriptDir` exists. Minifiers remove this check, because the variable exists in the bundle, but it does not exist in the thread. This
 * plugin declares the variable inside the function, so that the text works by itself.
 */
function threadsThatStandAlone(): Plugin {
  const start = 'function(WasmBackendModuleThreadedSimd) {';
  return {
    name: 'threads-that-stand-alone',
    transform(code, id) {
      if (!id.includes('tfjs-backend-wasm-threaded-simd.js')) return null;
      if (!code.includes(start)) throw new Error(`${id} should hold '${start}'.`);
      return { code: code.replace(start, `${start} var _scriptDir;`), map: null };
    },
  };
}

export default defineConfig({
  root: file('.'),
  base: './',
  appType: 'mpa',
  plugins: [shellOfServiceWorker()],
  worker: {
    format: 'es',
    plugins: () => [threadsThatStandAlone()],
    rollupOptions: { checks: { pluginTimings: false, ineffectiveDynamicImport: false } },
  },
  server: { headers, proxy: { '/model': 'http://localhost:4173' } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      checks: { pluginTimings: false },
      input: {
        page: file('index.html'),
        'service-worker': file('src/service-worker/service-worker.ts'),
      },
      output: {
        entryFileNames: chunk =>
          chunk.name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js',
      },
    },
  },
});
