import type { Finding } from '../photo';

/** Names, in lower case, of files and folders that operating systems, synchronization programs and notebooks create. */
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

/** Whether a file or folder is hidden or belongs to the system; then it is never a photo or a class. */
export const isSystem = (name: string): boolean =>
  name.startsWith('.') || names.has(name.toLowerCase());

/** One finding for all hidden and system files. @param paths Paths of files and folders that were left out. */
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
      reason: `hidden files or files of the system, left out: ${shown}${more}`,
    },
  ];
}
