import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'graph/index': 'src/graph/index.ts',
    'metrics/index': 'src/metrics/index.ts',
    'pictures/index': 'src/pictures/index.ts',
    'unfaithful/index': 'src/unfaithful/index.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  clean: true,
  splitting: true,
});
