import util from 'node:util';

interface TfjsNode {
  readonly version: Readonly<Record<string, string>>;
}

/**
 * Loads tfjs-node, which registers the backend `tensorflow`.
 *
 * @throws Error when it is not installed, or when its native library does not load.
 */
export async function loadTfjsNode(): Promise<TfjsNode> {
  // Node 23 removed this function, which tfjs-node 4.22 calls in nearly every operation.
  const old: { isNullOrUndefined?: (value: unknown) => boolean } = util;
  old.isNullOrUndefined ??= value => value === null || value === undefined;
  // Otherwise TensorFlow prints lines about the processor when it starts.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const optional = '@tensorflow/tfjs-node';
  try {
    return await import(optional);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && message.includes(optional);
    throw new Error(
      isMissing
        ? `${optional} is not installed.`
        : `${optional} is installed, but does not load: ${message.split('\n')[0]}`,
      { cause: error },
    );
  }
}
