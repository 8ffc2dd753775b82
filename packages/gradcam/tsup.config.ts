import { defineConfig } from 'tsup';

const entries = {
  index: 'src/index.ts',
  'graph/index': 'src/graph/index.ts',
  'metrics/index': 'src/metrics/index.ts',
  'pictures/index': 'src/pictures/index.ts',
  'unfaithful/index': 'src/unfaithful/index.ts',
};

/** Every module stays a file of its own: a bundler of a page then cuts where the page needs it, and leaves out what it does not. */
export default defineConfig({
  entry: ['src/**/*.ts'],
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: { entry: entries },
  clean: true,
  splitting: false,
  // Each CommonJS module begins with the same 30 lines.
  esbuildOptions: (options, { format }) => {
    options.minifyWhitespace = format === 'cjs';
  },
  esbuildPlugins: [
    {
      name: 'modules apart',
      setup(build) {
        const extension = build.initialOptions.format === 'cjs' ? '.cjs' : '.js';
        build.onResolve({ filter: /^\.\.?\// }, ({ path, kind }) =>
          kind === 'entry-point' ? undefined : { path: path + extension, external: true },
        );
      },
    },
  ],
});
