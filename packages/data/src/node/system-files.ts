import type { Finding } from '../photo';

/** What operating systems, synchronizers and notebooks leave in folders, in lower case. */
const names = new Set([
  '__macosx',
  '__pycache__',
  '@eadir',
  '#recycle',
  '#snapshot',
  '$recycle.bin',
  'desktop.ini',
  'ehthumbs.db',
  'found.000',
  'icon\r',
  'lost+found',
  'recycler',
  'system volume information',
  'thumbs.db',
]);

/** Whether a file or folder is hidden or the system's own: never a photo, never a class. */
export const isSystem = (name: string): boolean =>
  name.startsWith('.') || names.has(name.toLowerCase());

/** One finding for all of them. @param paths Of files and folders that were left out. */
export function systemFinding(paths: readonly string[]): Finding[] {
  if (paths.length === 0) return [];
  const counts = new Map<string, number>();
  for (const path of paths) {
    const name = path.split('/').find(isSystem)!;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const kinds = [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count})`));
  const shown = kinds.slice(0, 8).join(', ');
  const more = kinds.length > 8 ? ` and ${kinds.length - 8} more names` : '';
  const subject = paths.length === 1 ? '1 system file' : `${paths.length} system files`;
  return [
    {
      kind: 'system files',
      subject,
      reason: `hidden or the system's own, left out: ${shown}${more}`,
    },
  ];
}
