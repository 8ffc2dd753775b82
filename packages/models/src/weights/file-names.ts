/**
 * Whether a name with `/` between its parts stays below the folder that it is joined to, on every system, and
 * also after decoding as in a web address.
 */
export function staysBelow(name: string): boolean {
  let decoded = name;
  // Some servers decode a name twice, so it is checked after each round of decoding.
  for (let round = 0; round < 3; round++) {
    if (!isPlain(decoded)) return false;
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      return true;
    }
  }
  return isPlain(decoded);
}

/** Whether a name is the name of a file in the same folder. */
export const isBeside = (name: string): boolean =>
  staysBelow(name) && !name.includes('/') && !/%(25)*2f/i.test(name);

/** Whether a name is not absolute and has no drive, no stream, no `..`, and no characters that end a name. */
function isPlain(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no name may hold
  if (name.length === 0 || name.length > 1000 || /[\0-\x1f\x7f\\:]/.test(name)) return false;
  return name.split('/').every(isPart);
}

const isPart = (part: string): boolean =>
  part !== '' && part.length <= 255 && !/^\.+$/.test(part) && part.trim() === part;
