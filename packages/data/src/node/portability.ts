import type { Finding } from '../photo';

const reserved = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Windows does not allow them in names
const refused = /[<>:"|?*\\\u0000-\u001f]/;

/**
 * Finds paths that cannot be copied to every disk: names that Windows does not allow, and names that are the same file or
 * folder on a file system that ignores letter case or the Unicode form. A folder is reported once, regardless of its
 * content.
 *
 * @param paths Paths with `/` as separator.
 */
export function portabilityFindings(paths: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const note = (subject: string, reason: string) =>
    findings.push({ kind: 'not portable', subject, reason });
  // By case-folded path: the first spelling of the last name, and the path. Other spellings that were reported are in
  // `told`.
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
          `differs from '${other.path}' only in letter case or Unicode form: on many disks both are one ${what}`,
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

/** Returns the same text for names that differ only in letter case or Unicode form. */
export const foldCase = (name: string): string => name.normalize('NFC').toLowerCase();

function whyRefused(name: string): string | undefined {
  const shown = JSON.stringify(name);
  if (reserved.test(name))
    return `${shown} is the name of a device on Windows, and cannot be the name of a file there`;
  const character = refused.exec(name)?.[0];
  if (character !== undefined)
    return `${shown} has the character ${JSON.stringify(character)}, which Windows does not allow in names`;
  if (/[. ]$/.test(name)) return `${shown} ends in a space or full stop, which Windows removes`;
  return undefined;
}
