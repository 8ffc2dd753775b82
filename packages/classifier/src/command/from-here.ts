import { relative, resolve } from 'node:path';

/** How the command is called: by npx where it is not in the PATH. */
export const callName = (): string =>
  process.env.npm_command === 'exec' ? 'npx @shroom/classifier' : 'shroom';

/**
 * A path as it has to be typed in the current folder.
 *
 * @example
 * ```ts
 * import { resolve } from 'node:path';
 *
 * fromHere(resolve('runs/pets')); // runs/pets
 * ```
 */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? resolve(path) : short || '.';
}
