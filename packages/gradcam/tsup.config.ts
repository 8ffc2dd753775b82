import { defineConfig, type Options } from 'tsup';

const entries = {
  index: 'src/index.ts',
  'graph/index': 'src/graph/index.ts',
  'metrics/index': 'src/metrics/index.ts',
  'pictures/index': 'src/pictures/index.ts',
  'unfaithful/index': 'src/unfaithful/index.ts',
};

const common = { target: 'es2022', dts: { entry: entries } } satisfies Options;

/** Each build removes its own old files alone, as both run at once. */
export default defineConfig([
  {
    ...common,
    // Every module stays a file of its own: a bundler of a page then cuts where the page needs it, and leaves out what it does not.
    entry: ['src/**/*.ts'],
    format: 'esm',
    clean: ['!**/*.cjs', '!**/*.d.cts'],
    splitting: false,
    esbuildPlugins: [
      {
        name: 'modules apart',
        setup(build) {
          build.onResolve({ filter: /^\.\.?\// }, ({ path, kind }) =>
            kind === 'entry-point' ? undefined : { path: `${path}.js`, external: true },
          );
        },
      },
    ],
  },
  {
    ...common,
    // Node loads CommonJS, and no page: there, modules apart would each begin with the same 30 lines.
    entry: entries,
    format: 'cjs',
    clean: ['!**/*.js', '!**/*.d.ts'],
    splitting: true,
    esbuildOptions: options => {
      options.minifyWhitespace = true;
    },
  },
]);
