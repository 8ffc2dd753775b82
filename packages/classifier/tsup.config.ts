import { defineConfig, type Options } from 'tsup';

const entry = {
  index: 'src/index.ts',
  'browser/index': 'src/browser/index.ts',
  'command/index': 'src/command/index.ts',
  'server/index': 'src/server/index.ts',
  'server/worker': 'src/server/worker.ts',
};

const common: Options = {
  target: 'es2022',
  dts: { entry },
  splitting: true,
  // Paths of WebAssembly files and versions, in CommonJS too.
  shims: true,
};

// Nothing imports the program, so it is not there in CommonJS. Each build removes its own old files alone, as both run at once.
export default defineConfig([
  {
    ...common,
    entry: { ...entry, 'command/shroom': 'src/command/shroom.ts' },
    format: 'esm',
    clean: ['!**/*.cjs', '!**/*.d.cts'],
  },
  { ...common, entry, format: 'cjs', clean: ['!**/*.js', '!**/*.d.ts'] },
]);
