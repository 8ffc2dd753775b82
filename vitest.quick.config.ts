import { defineConfig, mergeConfig } from 'vitest/config';
import everything from './vitest.config';

/** Whole networks, whole trainings, many photographs: each takes more than a few seconds, and `npm test` runs them. */
const slow = [
  'backend-ort/test/{steadiness,elementwise,rewrites,windows,resize,sums,gradients,broadcast,values}.test.ts',
  'backend-ort/test/runtime/{web-sums,memory}.test.ts',
  'data/test/{normalized-view,copies/copies,pictures/pictures}.test.ts',
  'data/test/node/{copies,batches,folder,inspect,kaggle/dataset}.test.ts',
  'drawn/test/{difficulty,mushroom}.test.ts',
  'gradcam/test/{graph-batch,leaks,methods,wasm}.test.ts',
  'models/test/{activations-cpu,activations,onnx,zoo,cut,folding}.test.ts',
  'models/test/node/{faults,weights-files,npm-package}.test.ts',
  'pixels/test/jpeg/decoder.test.ts',
  'pixels/test/simd/{instructions,programs,vectors}.test.ts',
  'train/test/evaluation/conformal.test.ts',
];

/** `npm run test:quick`: the unit tests of the packages, without browsers and without what is slow. */
export default mergeConfig(
  everything,
  defineConfig({
    test: {
      exclude: [
        '**/node_modules/**',
        '**/browser/**',
        '**/accessibility.test.ts',
        ...slow.map(path => `packages/${path}`),
      ],
    },
  }),
);
