import type { Finding } from '../photo';
import { compareText } from '../text-order';
import { foldCase } from './portability';

/** Names of folders or labels to class names: those that differ in letter case or Unicode form alone are one class. */
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
        const reason = `differs from '${kept}' in letter case or Unicode form alone; both are taken as the class '${kept}'`;
        findings.push({ kind: 'classes merged', subject: name, reason });
      }
      return [name, kept];
    }),
  );
  return { names, findings: [...findings, ...alikeFindings(new Set(names.values()))] };
}

/** Classes whose names probably mean the same: `1` and `1.0`, `fly agaric` and `fly_agaric`. They stay classes of their own. */
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
    const reason = `looks like '${other}'; both are taken as classes of their own. Where they are one, give them one name`;
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
