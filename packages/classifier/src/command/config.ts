import { readFile } from 'node:fs/promises';
import { UsageError } from './verb';

/** Options from a file: those of `TrainConfiguration`, and perhaps the photos. */
export interface FileOptions {
  /** The photos, an argument of `train`. */
  readonly data?: string | readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Reads options from a JSON file, such as the `config.json` of a run. Its `name` is ignored, because it follows from the photos.
 *
 * @throws UsageError when the file cannot be read or does not hold options.
 * @example
 * ```ts
 * const { data, options } = await readConfig('runs/pets/config.json');
 * await train(data!, { ...options, seed: 1, out: 'runs/pets-1' });
 * ```
 */
export async function readConfig(path: string): Promise<FileOptions> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'ENOENT' ? 'there is no such file.' : `cannot be read: ${cause.message}.`;
    throw new UsageError(`--config ${path}: ${why}`, { cause });
  });
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`--config ${path} is no JSON: ${(cause as Error).message}.`, { cause });
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new UsageError(
      `--config ${path} should hold an object of options, such as {"size": 224}.`,
    );
  const { name: _, data, ...options } = found as Record<string, unknown>;
  if (data === undefined) return { options };
  const isList = Array.isArray(data) && data.every(place => typeof place === 'string');
  if (typeof data !== 'string' && !isList)
    throw new UsageError(`--config ${path}: data should be a string or a list of strings.`);
  return { data: data as string | readonly string[], options };
}
