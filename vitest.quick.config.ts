import { defineConfig, mergeConfig } from 'vitest/config';
import everything from './vitest.config.ts';

/** Suites that take more than a second: whole networks, whole trainings, many photographs, large tables. `npm test` runs them. */
const slow = [
  'backend-ort/test/{steadiness,elementwise,rewrites,windows,resize,sums,gradients,broadcast,values}.test.ts',
  'backend-ort/test/{fit,kernels,same-bits}.test.ts',
  'backend-ort/test/runtime/{web,web-sums,memory}.test.ts',
  'data/test/{normalized-view,fuzz,groups,copies/copies,inspection/neighbors,pictures/pictures}.test.ts',
  'data/test/transforms/{random,framing}.test.ts',
  'data/test/node/{archive,copies,batches,folder,inspect,sources,table,kaggle/dataset}.test.ts',
  'drawn/test/{difficulty,mushroom}.test.ts',
  'formats/test/markup.test.ts',
  'gradcam/test/{foreign,graph-batch,leaks,methods,missing-gradients,reference,wasm}.test.ts',
  'gradcam/test/metrics/{metrics,table,ties,trust}.test.ts',
  'models/test/{activations-cpu,activations,checkpoint,onnx,zoo,cut,folding}.test.ts',
  'models/test/node/{faults,hub,sources,weights-files,npm-package}.test.ts',
  'pixels/test/{fuzz,jpeg/decoder}.test.ts',
  'pixels/test/simd/{instructions,programs,vectors}.test.ts',
  'train/test/evaluation/{conformal,temperature}.test.ts',
  'train/test/fit/{fit-phases,held-out}.test.ts',
  'train/test/recipes/recipes.test.ts',
];

/** `npm run test:quick`: the unit tests of the packages, without browsers and without what is slow. */
export default mergeConfig(
  everything,
  defineConfig({
    test: {
      // Threads start faster than processes.
      pool: 'threads',
      exclude: [
        '**/node_modules/**',
        '**/browser/**',
        '**/accessibility.test.ts',
        ...slow.map(path => `packages/${path}`),
      ],
    },
  }),
);
