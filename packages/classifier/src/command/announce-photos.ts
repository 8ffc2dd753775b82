import { type DuplicateGroup, splitNames } from '@shroom/data';
import type { NamedPhotos } from '../photos/open-set';
import type { PhotoSplit } from '../photos/splitting';
import { forTerminal } from '../run/names';
import type { Printer } from './terminal/printer';
import { counted } from './terminal/words';

const shownFindings = 12;
const shownCopies = 6;

/**
 * Prints how many photos there are, which are copies, and which files will not be used.
 *
 * @param verbose Whether to print all of them. Default: the first few.
 * @example
 * ```ts
 * await train('photos', {
 *   onEvent: event => {
 *     if (event.kind === 'photos') announcePhotos(printerTo(process.stderr), event.photos, event.split);
 *   },
 * });
 * ```
 */
export function announcePhotos(
  printer: Printer,
  photos: NamedPhotos,
  parts: PhotoSplit,
  verbose = false,
): void {
  announceSet(printer, photos, parts, verbose ? Number.POSITIVE_INFINITY : shownFindings);
  announceCopies(printer, photos, parts, verbose ? Number.POSITIVE_INFINITY : shownCopies);
}

function announceSet(
  { fact, warn }: Printer,
  { name, photos, classes, findings }: NamedPhotos,
  { split, rule }: PhotoSplit,
  most: number,
): void {
  const named = classes.map(forTerminal).join(', ');
  fact(forTerminal(name), `${photos.length} photos of ${classes.length} classes: ${named}`);
  fact(
    'split',
    `${split.train.length} training, ${split.validation.length} validation, ${split.test.length} test`,
  );
  fact('rule', forTerminal(rule));
  const lost = findings.filter(({ kind }) => kind !== 'converted');
  for (const { kind, subject, reason } of lost.slice(0, most))
    warn(forTerminal(`${kind}: ${subject} (${reason})`));
  if (lost.length > most)
    warn(`and ${lost.length - most} more; all are in metrics.json and the report`);
  const converted = findings.length - lost.length;
  if (converted > 0)
    fact(
      'converted',
      `${counted(converted, 'photo')} to upright 8-bit RGB (listed in metrics.json)`,
    );
}

/** Prints how many photos are copies of others, where they are, and whether the split keeps them together. */
function announceCopies(
  { fact, warn }: Printer,
  { photos, copies = [] }: NamedPhotos,
  { split }: PhotoSplit,
  most: number,
): void {
  if (copies.length === 0) return;
  const count = (kind: DuplicateGroup['kind']) => {
    const groups = copies.filter(group => group.kind === kind);
    const members = groups.reduce((sum, group) => sum + group.photos.length, 0);
    const what = kind === 'exact' ? 'the same file' : 'nearly the same picture';
    return groups.length > 0
      ? [`${members} photos are ${what}, in ${counted(groups.length, 'group')}`]
      : [];
  };
  const partOf = new Map(
    splitNames.flatMap(part => split[part].map(index => [photos[index]!.id, part] as const)),
  );
  const partsOf = (ids: readonly string[]) => [...new Set(ids.map(id => partOf.get(id)!))];
  const torn = copies.filter(group => partsOf(group.photos).length > 1);
  const kept = torn.length === 0 ? '; each group is in one part' : '';
  fact('copies', [...count('exact'), ...count('near')].join('; ') + kept);
  const rank = (group: DuplicateGroup) => (torn.includes(group) ? 0 : group.acrossClasses ? 1 : 2);
  const worstFirst = [...copies].sort((a, b) => rank(a) - rank(b));
  for (const group of worstFirst.slice(0, most)) {
    const { kind, photos: ids, acrossClasses } = group;
    const what = [
      kind === 'exact' ? 'the same file' : 'nearly the same',
      ...(acrossClasses ? ['in several classes, so a label is wrong'] : []),
      ...(torn.includes(group)
        ? [`in ${partsOf(ids).join(' and ')}, as in the earlier split`]
        : []),
    ].join(', ');
    const more = ids.length > 4 ? [`and ${ids.length - 4} more`] : [];
    warn(forTerminal(`${what}: ${[...ids.slice(0, 4), ...more].join(', ')}`));
  }
  if (copies.length > most)
    warn(`and ${copies.length - most} more groups of copies; all are in metrics.json`);
}
