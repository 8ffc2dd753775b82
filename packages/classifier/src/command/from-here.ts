import { relative, resolve, sep } from 'node:path';
import { forTerminal } from '../run/names';

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
  return /^\.\.([\\/]|$)/.test(short) ? resolve(path) : short || '.';
}

/**
 * A path as a word of a command that can be copied: in quotes if a shell would split or change it.
 *
 * @param separator The separator of folders, by which Windows is known.
 * @example
 * ```ts
 * asWord('runs/cats & dogs'); // 'runs/cats & dogs'
 * asWord('runs/pets'); // runs/pets
 * ```
 */
export function asWord(path: string, separator: string = sep): string {
  const shown = forTerminal(path);
  const isWindows = separator === '\\';
  const plain = isWindows ? /^[\p{L}\p{N}_+:./\\-]+$/u : /^[\p{L}\p{N}\p{M}_@%+=:,./-]+$/u;
  if (plain.test(shown)) return shown;
  return isWindows ? `"${shown}"` : `'${shown.replaceAll("'", "'\\''")}'`;
}
