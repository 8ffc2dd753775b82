import { defineConfig, type Options } from 'tsup';

const common = {
  entry: {
    index: 'src/index.ts',
    'browser/index': 'src/browser/index.ts',
    'command/index': 'src/command/index.ts',
    'server/index': 'src/server/index.ts',
    'server/worker': 'src/server/worker.ts',
  },
  target: 'es2022',
  dts: true,
  splitting: true,
  // Paths of WebAssembly files and versions, in CommonJS too.
  shims: true,
} satisfies Options;

// Nothing imports the program, so it is not there in CommonJS. Each build removes its own old files alone, as both run at once.
export default defineConfig([
  {
    ...common,
    entry: { ...common.entry, 'command/shroom': 'src/command/shroom.ts' },
    format: 'esm',
    clean: ['!**/*.cjs', '!**/*.d.cts'],
  },
  {
    ...common,
    format: 'cjs',
    clean: ['!**/*.js', '!**/*.d.ts'],
    // CommonJS is read by nobody, and without white space a fifth smaller.
    esbuildOptions: options => {
      options.minifyWhitespace = true;
    },
  },
]);
