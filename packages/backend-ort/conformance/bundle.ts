import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const core = dirname(require.resolve('@tensorflow/tfjs-core/package.json'));

export const backends = ['ort', 'cpu', 'wasm', 'tensorflow'] as const;
export type Backend = (typeof backends)[number];

const imports: Readonly<Record<Exclude<Backend, 'tensorflow'>, string>> = {
  ort: join(here, '../src/index.ts'),
  cpu: '@tensorflow/tfjs-backend-cpu',
  wasm: '@tensorflow/tfjs-backend-wasm',
};

/**
 * Loads tfjs-node from the folder in TFJS_NODE, with the bundle's tfjs-core in place of its own. Its classes are functions, which cannot call
 * the constructor of a class; that of `KernelBackend` does nothing. Node 24 lacks `isNullOrUndefined`.
 */
const tfjsNode = `
  import * as core from '@tensorflow/tfjs-core';
  const Module = require('node:module');
  const load = Module._load;
  function KernelBackend() {}
  KernelBackend.prototype = core.KernelBackend.prototype;
  const ours = { ...core, KernelBackend };
  Module._load = (name, ...rest) => name === '@tensorflow/tfjs-core' ? ours : load(name, ...rest);
  require('node:util').isNullOrUndefined ??= value => value == null;
  Module.createRequire(process.env.TFJS_NODE + '/package.json')(process.env.TFJS_NODE);
`;

/** Bundles tests, backends and tfjs-core into one file, because two copies of tfjs-core would be two engines. */
export async function bundleSuite(backend: Backend): Promise<string> {
  const outfile = join(here, `../node_modules/.cache/conformance-${backend}.cjs`);
  const { name, flags } = { name: backend, flags: backend === 'cpu' ? { HAS_WEBGL: false } : {} };
  const environment = { name, backendName: backend, flags, isDataSync: true };
  const contents = `
    import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
    import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
    import '@tensorflow/tfjs-core/dist/register_all_gradients';
    ${backend === 'tensorflow' ? tfjsNode : `import ${JSON.stringify(imports[backend])};`}
    setTestEnvs([${JSON.stringify(environment)}]);
    require('@tensorflow/tfjs-core/dist/tests');
  `;
  await build({
    stdin: { contents, resolveDir: here, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    external: ['jasmine-core', 'onnxruntime-node', 'onnxruntime-web', 'node-fetch'],
    // Tfjs marks its test files as free of side effects, which would remove them from the bundle.
    ignoreAnnotations: true,
    plugins: [oneCore],
    logLevel: 'error',
  });
  return outfile;
}

const oneCore: Plugin = {
  name: 'one-tfjs-core',
  setup(bundle) {
    const prefix = /^@tensorflow\/tfjs-core(\/.*)?$/;
    bundle.onResolve({ filter: prefix }, ({ path }) => {
      const inside = prefix.exec(path)?.[1] ?? '/dist/index';
      return { path: join(core, inside.endsWith('.js') ? inside : `${inside}.js`) };
    });
    bundle.onResolve({ filter: /^@tensorflow\/tfjs-backend-(cpu|wasm)$/ }, ({ path }) => ({
      path: join(dirname(require.resolve(`${path}/package.json`)), 'dist/index.js'),
    }));
  },
};
