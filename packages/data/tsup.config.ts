import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'node/index': 'src/node/index.ts',
    'node/worker': 'src/node/worker.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  clean: true,
  splitting: true,
  // Rollup keeps `import()` in CommonJS, because a module that generates pictures may be an ES module.
  treeshake: true,
  // Provides the path of the threads' script in CommonJS too.
  shims: true,
  // Half of what is installed is CommonJS, which nobody reads.
  esbuildOptions: (options, { format }) => {
    options.minifyWhitespace = format === 'cjs';
  },
});
