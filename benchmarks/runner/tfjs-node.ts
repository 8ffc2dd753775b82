import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where tfjs-node is looked for: the folder in `TFJS_NODE`, or `peers/` in the repository. */
export const tfjsNodeHome =
  process.env.TFJS_NODE ??
  fileURLToPath(new URL('../../peers/node_modules/@tensorflow/tfjs-node', import.meta.url));

/** The version of tfjs-node; undefined if it is not there. */
export function tfjsNodeVersion(): string | undefined {
  try {
    const { version } = createRequire(import.meta.url)(join(tfjsNodeHome, 'package.json'));
    return version;
  } catch {
    return undefined;
  }
}
