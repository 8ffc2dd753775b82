import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'browser/index': 'src/browser/index.ts',
    'command/index': 'src/command/index.ts',
    'command/shroom': 'src/command/shroom.ts',
    'server/index': 'src/server/index.ts',
    'server/worker': 'src/server/worker.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  clean: true,
  splitting: true,
  // Paths of WebAssembly files and versions, in CommonJS too.
  shims: true,
});
