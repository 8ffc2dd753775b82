import { fileURLToPath } from 'node:url';

/** What is bundled for a test comes from the sources of the leaf, so that no build is needed. */
export const alias = {
  '@shroom/pixels': fileURLToPath(new URL('../../pixels/src/index.ts', import.meta.url)),
};
