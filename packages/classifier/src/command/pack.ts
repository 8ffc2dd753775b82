import { Option } from 'commander';
import { forTerminal } from '../run/names';
import { columnOptions, type GivenColumns, tableColumns } from './columns';
import { fromHere } from './from-here';
import { integer, labeledPlaces } from './options';
import { counted } from './terminal/words';
import type { Verb } from './verb';

interface PackOptions extends GivenColumns {
  readonly out: string;
  readonly format?: 'tar' | 'parquet';
  readonly bytes?: number;
  readonly photos?: number;
}

const shown = 12;

/** `shroom pack <photos...> --out <folder>` */
export const pack: Verb<PackOptions> = {
  examples: [
    'shroom pack photos --out shards',
    'shroom pack photos.csv --out parquet --format parquet --bytes 500000000',
  ],
  define: command => {
    command
      .description(
        'Packs photos into few large files, which are read by ranges. The bytes of photos are unchanged. A split that the photos come with ' +
          'has its own files. Photos without classes are packed without them.',
      )
      .argument('<photos...>', labeledPlaces)
      .requiredOption('--out <folder>', 'empty or new folder for the files')
      .addOption(
        new Option(
          '--format <name>',
          'archives as WebDataset reads them, each with an index, or files as the library datasets writes them (default: "tar")',
        ).choices(['tar', 'parquet']),
      )
      .option(
        '--bytes <count>',
        'bytes of photos after which another file begins (default: 1000000000)',
        integer(1),
      )
      .option(
        '--photos <count>',
        'photos after which another file begins (default: 100000)',
        integer(1),
      );
    for (const option of columnOptions()) command.addOption(option);
  },
  run: async ({ results, notes, bars, signal, verbose }, photos, { out, ...options }) => {
    const { packPhotos } = await import('@shroom/data/node');
    const { Meter } = await import('../progress');
    const { columns: _, labelSeparator: __, ...given } = options;
    const meter = new Meter('packing photos', 'photos', bars.onProgress);
    const packed = await packPhotos(photos, out, {
      ...{ ...given, ...tableColumns(options), signal },
      onProgress: ({ done, total }) => meter.update(done, total),
    }).finally(bars.stop);
    const { files, classes, findings } = packed;
    const most = verbose ? findings.length : shown;
    for (const { kind, subject, reason } of findings.slice(0, most))
      notes.warn(forTerminal(`${kind}: ${subject} (${reason})`));
    if (findings.length > most) notes.warn(`and ${findings.length - most} more`);
    results.heading('Packed');
    const of =
      classes.length > 0 ? `of ${counted(classes.length, 'class', 'classes')}` : 'without classes';
    results.fact('photos', `${packed.photos} ${of}`);
    results.fact('files', `${files.length}, in ${forTerminal(fromHere(out))}`);
    return { result: packed };
  },
};
