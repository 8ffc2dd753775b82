import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'int8/index': 'src/int8/index.ts',
    'node/index': 'src/node/index.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  clean: true,
  splitting: true,
  // CommonJS is read by nobody, and without white space a fifth smaller.
  esbuildOptions: (options, { format }) => {
    options.minifyWhitespace = format === 'cjs';
  },
});
