import { InvalidArgumentError, Option } from 'commander';
import type { CacheEntry } from '../cache';
import { forTerminal } from '../run/names';
import type { Printer } from './terminal/printer';
import { counted, roughly, size } from './terminal/words';
import { UsageError, type Verb } from './verb';

interface CacheOptions {
  readonly prune?: true;
  readonly unusedFor?: number;
  readonly most?: number;
  readonly dryRun?: true;
}

/** `shroom cache` */
export const cache: Verb<CacheOptions> = {
  examples: [
    'shroom cache',
    'shroom cache --prune --unused-for 30d',
    'shroom cache --prune --most 5GB',
  ],
  define: command => {
    command
      .description(
        'Lists what is kept on the disk: pretrained weights, features of photos, and downloaded classifiers. All of it is downloaded or computed ' +
          'again when it is missing. SHROOM_CACHE names another folder for it.',
      )
      .option('--prune', 'remove the least recently used entries')
      .addOption(
        new Option(
          '--unused-for <time>',
          'with --prune: what was not used for longer than this, such as 12h or 30d',
        ).argParser(milliseconds),
      )
      .addOption(
        new Option(
          '--most <size>',
          'with --prune: until at most this much is left, such as 500MB or 5GB',
        ).argParser(bytesOf),
      )
      .option('--dry-run', 'with --prune: only print what would be removed');
  },
  run: async ({ results, signal }, _, { prune, unusedFor, most, dryRun = false }) => {
    const hasLimit = unusedFor !== undefined || most !== undefined;
    if (!prune && (hasLimit || dryRun)) throw new UsageError('These options need --prune.');
    if (prune && !hasLimit)
      throw new UsageError('--prune needs --unused-for or --most, such as --unused-for 30d.');
    const { listCache, pruneCache } = await import('../cache');
    const { cacheFolder } = await import('@shroom/models/node');
    if (!prune) {
      const entries = await listCache();
      results.heading('Cache');
      results.fact('folder', forTerminal(cacheFolder()));
      print(results, entries);
      return { result: { folder: cacheFolder(), entries } };
    }
    const pruned = await pruneCache({
      ...{ dryRun, signal },
      ...(unusedFor !== undefined && { unusedFor }),
      ...(most !== undefined && { mostBytes: most }),
    });
    results.heading(dryRun ? 'Would be removed' : 'Removed');
    print(results, pruned.removed);
    const left = pruned.kept.reduce((sum, { bytes }) => sum + bytes, 0);
    results.fact('kept', `${counted(pruned.kept.length, 'entry', 'entries')}, ${size(left)}`);
    return { result: { folder: cacheFolder(), dryRun, ...pruned } };
  },
};

/** Prints the entries by kind, the least recently used first. */
function print(printer: Printer, entries: readonly CacheEntry[]): void {
  for (const { kind, name, bytes, usedAt } of entries) {
    const ago = roughly(Math.max(0, Date.now() - usedAt.getTime()) / 1000);
    const short = kind === 'weights' ? name : name.slice(0, 12);
    printer.fact(
      kind,
      `${forTerminal(short)}, ${size(bytes)}, ${printer.paint('dim', `used ${ago} ago`)}`,
    );
  }
  const all = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  printer.fact('together', `${counted(entries.length, 'entry', 'entries')}, ${size(all)}`);
}

const seconds = { m: 60, h: 3600, d: 24 * 3600 } as const;

/** Parses a time such as `30d`. */
export function milliseconds(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*([mhd])$/.exec(text.trim()) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError('It should be a number of minutes, hours or days, such as 30d.');
  return 1000 * Number(count) * seconds[unit as keyof typeof seconds];
}

const units = { kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 } as const;

/** Parses a size such as `5GB`. */
export function bytesOf(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]b)$/i.exec(text.trim()) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError('It should be a size such as 500MB or 5GB.');
  return Number(count) * units[unit!.toLowerCase() as keyof typeof units];
}
