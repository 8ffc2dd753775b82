import type { Finding } from '../photo';

const reserved = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Windows refuses them in names
const refused = /[<>:"|?*\\\u0000-\u001f]/;

/**
 * Paths that cannot be copied to every disk: names that Windows refuses, and names that are one file or folder where letter
 * case or the Unicode form does not count. A folder is named once, whatever is in it.
 *
 * @param paths With `/` between the parts.
 */
export function portabilityFindings(paths: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const note = (subject: string, reason: string) =>
    findings.push({ kind: 'not portable', subject, reason });
  // By folded path: how its last part was first spelled, and the whole; other spellings were told already.
  const first = new Map<string, { readonly name: string; readonly path: string }>();
  const told = new Set<string>();
  const seen = new Set<string>();
  for (const path of paths) {
    const names = path.split('/');
    let [folded, spelled] = ['', ''];
    for (const [depth, name] of names.entries()) {
      folded += `/${foldCase(name)}`;
      spelled += depth === 0 ? name : `/${name}`;
      const other = first.get(folded);
      if (other === undefined) first.set(folded, { name, path: spelled });
      else if (other.name !== name && !told.has(`${folded} ${name}`)) {
        told.add(`${folded} ${name}`);
        const what = depth < names.length - 1 ? 'folder' : 'file';
        note(
          spelled,
          `differs from '${other.path}' in letter case or Unicode form alone: one ${what} on many disks`,
        );
      }
      if (seen.has(name)) continue;
      seen.add(name);
      const reason = whyRefused(name);
      if (reason) note(path, reason);
    }
  }
  return findings;
}

/** The same for names that differ in letter case or Unicode form alone. */
export const foldCase = (name: string): string => name.normalize('NFC').toLowerCase();

function whyRefused(name: string): string | undefined {
  const shown = JSON.stringify(name);
  if (reserved.test(name)) return `${shown} is a device on Windows, where it cannot be a file`;
  const character = refused.exec(name)?.[0];
  if (character !== undefined)
    return `${shown} has the character ${JSON.stringify(character)}, which Windows refuses in names`;
  if (/[. ]$/.test(name)) return `${shown} ends in a space or full stop, which Windows drops`;
  return undefined;
}
