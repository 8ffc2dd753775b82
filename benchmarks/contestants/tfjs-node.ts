import Module, { createRequire } from 'node:module';
import util from 'node:util';
import { tfjsNodeHome } from '../runner/tfjs-node';

/**
 * Loads tfjs-node, which registers the engine `tensorflow`. It gets the tfjs-core of this program in place of its own, because two copies
 * of tfjs-core do not know each other's tensors.
 */
export function loadTfjsNode(): void {
  const own = createRequire(import.meta.url);
  const shared = '@tensorflow/tfjs-core';
  const core = own(shared);
  const loader = Module as unknown as { _load(name: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  loader._load = (name, ...rest) => (name === shared ? core : load(name, ...rest));
  // Node 23 removed this function, which tfjs-node calls in nearly every operation.
  const old: { isNullOrUndefined?: (value: unknown) => boolean } = util;
  old.isNullOrUndefined ??= value => value === null || value === undefined;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    own(tfjsNodeHome);
  } finally {
    loader._load = load;
  }
}
