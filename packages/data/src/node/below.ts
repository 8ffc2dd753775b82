import { isAbsolute, relative } from 'node:path';

/** The path of a file from a folder above it. Undefined if the file is elsewhere. Names may begin with two dots. */
export function pathBelow(folder: string, file: string): string | undefined {
  const path = relative(folder, file);
  return /^\.\.([\\/]|$)/.test(path) || isAbsolute(path) ? undefined : path;
}
