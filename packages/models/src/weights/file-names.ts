/**
 * Whether a name with `/` between its parts stays below the folder that it is joined to, on every system and also once it was
 * decoded as an address is.
 */
export function staysBelow(name: string): boolean {
  let decoded = name;
  // Twice encoded names are decoded twice by some servers.
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

/** Whether it is the name of a file in the same folder. */
export const isBeside = (name: string): boolean =>
  staysBelow(name) && !name.includes('/') && !/%(25)*2f/i.test(name);

/** Neither absolute, nor with a drive, a stream, a way up, or letters that end a name. */
function isPlain(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no name may hold
  if (name.length === 0 || name.length > 1000 || /[\0-\x1f\x7f\\:]/.test(name)) return false;
  return name.split('/').every(isPart);
}

const isPart = (part: string): boolean =>
  part !== '' && part.length <= 255 && !/^\.+$/.test(part) && part.trim() === part;
