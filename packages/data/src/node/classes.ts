import type { Finding } from '../photo';
import { compareText } from '../text-order';
import { foldCase } from './portability';

/** Maps names of folders or labels to class names. Names that differ only in letter case or Unicode form are one class. */
export function mergeByCase(folders: Iterable<string>): {
  readonly names: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
} {
  const findings: Finding[] = [];
  const first = new Map<string, string>();
  const sorted = [...folders].sort(compareText);
  const names = new Map(
    sorted.map(name => {
      const key = foldCase(name);
      const kept = first.get(key) ?? name;
      first.set(key, kept);
      if (kept !== name) {
        const reason = `differs from '${kept}' only in letter case or Unicode form; both count as the class '${kept}'`;
        findings.push({ kind: 'classes merged', subject: name, reason });
      }
      return [name, kept];
    }),
  );
  return { names, findings: [...findings, ...alikeFindings(new Set(names.values()))] };
}

/**
 * Findings about classes whose names probably mean the same: `1` and `1.0`, `fly agaric` and `fly_agaric`. They stay
 * separate classes.
 */
function alikeFindings(classes: ReadonlySet<string>): Finding[] {
  const findings: Finding[] = [];
  const first = new Map<string, string>();
  for (const name of classes) {
    const key = plainKey(name);
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, name);
      continue;
    }
    const reason = `looks like '${other}', but they are separate classes. If they are the same class, give both the same name`;
    findings.push({ kind: 'classes alike', subject: name, reason });
  }
  return findings;
}

const plainKey = (name: string): string =>
  /^[+-]?\d+(\.\d*)?$/.test(name.trim())
    ? String(Number(name))
    : foldCase(name)
        .trim()
        .replace(/[\s_-]+/g, ' ');
