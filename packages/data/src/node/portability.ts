import { isAbsolute } from 'node:path';
import { fieldOf } from '../lazy-list';
import type { Finding } from '../photo';
import { TextIndex } from '../text-index';

const reserved = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Windows does not allow them in names
const refused = /[<>:"|?*\\\u0000-\u001f]/;

/**
 * Finds paths that cannot be copied to every disk: names that Windows does not allow, and names that are the same file or
 * folder on a file system that ignores letter case or the Unicode form. A folder is reported once, regardless of its
 * content.
 *
 * @param photos Their names are paths with `/` as separator. Absolute ones are skipped.
 */
export function portabilityFindings(photos: readonly { readonly id: string }[]): Finding[] {
  const findings: Finding[] = [];
  const note = (subject: string, reason: string) =>
    findings.push({ kind: 'not portable', subject, reason });
  // By case-folded path: the first spelling of the last name, and the path. Other spellings that were reported are in
  // `told`. Files are found by their numbers, because there may be millions.
  const folders = new Map<string, Spelled>();
  const idOf = fieldOf(photos, 'id');
  const files = new TextIndex(photos.length, number => folded(idOf(number)));
  const told = new Set<string>();
  const seen = new Set<string>();
  // Most photos follow one of the same folder, which is not looked at again.
  let [folder, foldedFolder] = ['', ''];
  for (let number = 0; number < photos.length; number++) {
    const id = idOf(number);
    if (isAbsolute(id)) continue;
    const isBeside = id.startsWith(folder) && !id.includes('/', folder.length);
    const names = isBeside ? [id.slice(folder.length)] : id.split('/');
    let [path, key] = isBeside ? [folder, foldedFolder] : ['', ''];
    for (const [depth, name] of names.entries()) {
      const isFile = depth === names.length - 1;
      path += name;
      key += foldCase(name);
      const file = isFile ? files.firstOf(key, number) : files.numberOf(key);
      const other = folders.get(key) ?? (file === undefined ? undefined : spelled(idOf(file)));
      if (other === undefined) folders.set(key, { name, path });
      else if (other.name !== name && !told.has(`${key} ${name}`)) {
        told.add(`${key} ${name}`);
        note(
          path,
          `differs from '${other.path}' only in letter case or Unicode form: on many disks both are one ${isFile ? 'file' : 'folder'}`,
        );
      }
      const reason = whyRefused(name);
      if (reason && !seen.has(name)) {
        seen.add(name);
        note(id, reason);
      }
      if (isFile) continue;
      path += '/';
      key += '/';
      [folder, foldedFolder] = [path, key];
    }
  }
  return findings;
}

interface Spelled {
  readonly name: string;
  readonly path: string;
}

const spelled = (path: string): Spelled => ({ name: path.slice(path.lastIndexOf('/') + 1), path });

const folded = (path: string): string => path.split('/').map(foldCase).join('/');

/** Returns the same text for names that differ only in letter case or Unicode form. */
export const foldCase = (name: string): string => name.normalize('NFC').toLowerCase();

function whyRefused(name: string): string | undefined {
  const shown = () => JSON.stringify(name);
  if (reserved.test(name))
    return `${shown()} is the name of a device on Windows, and cannot be the name of a file there`;
  const character = refused.exec(name)?.[0];
  if (character !== undefined)
    return `${shown()} has the character ${JSON.stringify(character)}, which Windows does not allow in names`;
  if (/[. ]$/.test(name)) return `${shown()} ends in a space or full stop, which Windows removes`;
  return undefined;
}
