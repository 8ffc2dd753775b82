import type { Finding } from '../photo';

const reserved = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Windows refuses them in names
const refused = /[<>:"|?*\\\u0000-\u001f]/;

/**
 * Paths that cannot be copied to every disk: names that Windows refuses, and names that are one file where letter case or
 * the Unicode form does not count.
 *
 * @param paths With `/` between the parts.
 */
export function portabilityFindings(paths: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, string>();
  const judged = new Set<string>();
  for (const path of paths) {
    const key = foldCase(path);
    const other = seen.get(key);
    if (other !== undefined && other !== path) {
      const reason = `differs from '${other}' in letter case or Unicode form alone: one file on many disks`;
      findings.push({ kind: 'not portable', subject: path, reason });
    }
    seen.set(key, other ?? path);
    for (const name of path.split('/')) {
      if (judged.has(name)) continue;
      judged.add(name);
      const reason = whyRefused(name);
      if (reason) findings.push({ kind: 'not portable', subject: path, reason });
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
