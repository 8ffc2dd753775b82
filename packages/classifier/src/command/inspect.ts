import { join } from 'node:path';
import type { Inspection } from '@shroom/data';
import { forTerminal } from '../run/names';
import { columnOptions, type GivenColumns, tableColumns } from './columns';
import { fromHere } from './from-here';
import { labeledPlaces } from './options';
import type { Printer } from './terminal/printer';
import { counted } from './terminal/words';
import type { Verb } from './verb';

interface InspectOptions extends GivenColumns {
  readonly split?: string;
  readonly out?: string;
}

/** `shroom inspect <photos>` */
export const inspect: Verb<InspectOptions> = {
  examples: [
    'shroom inspect photos --out inspection',
    'shroom inspect photos --split runs/pets/split.json',
  ],
  define: command => {
    command
      .description(
        'Finds problems in photos before a classifier is trained on them: unreadable and odd files, copies, contradictory labels, and copies in ' +
          'two parts of a split. No photo is changed.',
      )
      .argument('<photos...>', labeledPlaces)
      .option('--split <file>', 'split.json of a run, to find photos that are in two of its parts')
      .option(
        '--out <folder>',
        'folder for index.html, which shows the problems, and inspection.json',
      );
    for (const option of columnOptions()) command.addOption(option);
  },
  run: async (session, photos, { split, out, ...given }) => {
    const { results, bars, signal, verbose } = session;
    const { inspect } = await import('../inspect');
    const columns = tableColumns(given);
    const inspection = await inspect(photos, {
      ...{ signal, onProgress: bars.onProgress },
      ...(split !== undefined && { split }),
      ...(out !== undefined && { out }),
      ...(columns && { columns }),
    }).finally(bars.stop);
    printInspection(results, inspection, { verbose, isSplit: split !== undefined });
    if (out !== undefined) results.fact('page', forTerminal(fromHere(join(out, 'index.html'))));
    const { counts, concerns, duplicates, quarantine } = inspection;
    return {
      result: { photos: inspection.photos.length, counts, concerns, duplicates, quarantine },
    };
  },
};

const shown = 12;

/**
 * Prints what an inspection found.
 *
 * @param options `verbose` prints all problems instead of the first twelve. `isSplit`: whether a split was given.
 * @example
 * ```ts
 * printInspection(printerTo(process.stdout), await inspect('photos'), { verbose: true });
 * ```
 */
export function printInspection(
  { heading, fact, warn }: Printer,
  { photos, counts, concerns, duplicates, quarantine }: Inspection,
  options: { readonly verbose?: boolean; readonly isSplit?: boolean } = {},
): void {
  const { verbose = false, isSplit = false } = options;
  heading('Found');
  const all = Object.entries(counts).map(([name, count]) => `${forTerminal(name)} ${count}`);
  fact('photos', `${photos.length}: ${all.join(', ')}`);
  const most = verbose ? Number.POSITIVE_INFINITY : shown;
  for (const { kind, subject, reason } of concerns.slice(0, most))
    warn(forTerminal(`${kind}: ${subject} (${reason})`));
  if (concerns.length > most) warn(`and ${concerns.length - most} more`);
  const count = (test: (group: (typeof duplicates)[number]) => boolean) =>
    counted(duplicates.filter(test).length, 'group');
  const exact = count(({ kind }) => kind === 'exact');
  const near = count(({ kind }) => kind === 'near');
  fact('same file', exact);
  fact('near', near);
  fact('conflicts', `${count(({ acrossClasses }) => acrossClasses)} in more than one class`);
  if (isSplit) fact('leaks', `${count(({ acrossParts }) => acrossParts)} in more than one part`);
  fact('quarantine', `${counted(quarantine.length, 'photo')} suggested; no file was changed`);
}
