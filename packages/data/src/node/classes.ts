import type { Finding } from '../photo';
import { compareText } from '../split';

/** Folder name to class name: folders that differ in letter case alone would clash on half of the world's disks. */
export function mergeByCase(folders: Iterable<string>): {
  readonly names: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
} {
  const findings: Finding[] = [];
  const first = new Map<string, string>();
  const sorted = [...folders].sort(compareText);
  const names = new Map(
    sorted.map(name => {
      const key = name.normalize('NFC').toLowerCase();
      const kept = first.get(key) ?? name;
      first.set(key, kept);
      if (kept !== name) {
        const reason = `differs from '${kept}' in letter case alone; both are taken as the class '${kept}'`;
        findings.push({ kind: 'classes merged', subject: name, reason });
      }
      return [name, kept];
    }),
  );
  return { names, findings };
}
