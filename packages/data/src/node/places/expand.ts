import { existsSync } from 'node:fs';
import { PhotoSetError } from '../collection';
import { schemeOf } from './addresses';

export interface ExpandOptions {
  /** Where the place `-` is read: one place a line. Default: standard input. */
  readonly input?: AsyncIterable<Uint8Array | string>;
}

/** Maximum number of places that the braces of one text stand for. */
const mostPlaces = 1_000_000;

/**
 * Yields the places that texts stand for: `shards-{000..099}.tar` is a hundred files, `photos/*.tar` all that match, sorted, and `-` each
 * line of standard input. A glob that nothing matches is yielded unchanged.
 *
 * @throws PhotoSetError when braces stand for more than a million places.
 * @example
 * ```ts
 * for await (const place of expandPlaces(['shards-{000..099}.tar'])) console.log(place); // shards-000.tar, ...
 * ```
 */
export async function* expandPlaces(
  places: Iterable<string>,
  options: ExpandOptions = {},
): AsyncGenerator<string, void, undefined> {
  for (const place of places) {
    if (place === '-') yield* linesOf(options.input ?? process.stdin);
    else if (!/[{*?[]/.test(place) || existsSync(place)) yield place;
    else for (const one of expandBraces(place)) yield* matching(one);
  }
}

/** Whether a place stands for several others. */
export const isPattern = (place: string): boolean =>
  place === '-' ||
  (schemeOf(place) === undefined
    ? /[{*?[]/.test(place) && !existsSync(place)
    : /\{[^{}]*(,|\.\.)[^{}]*\}/.test(place));

async function* linesOf(
  texts: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string, void, undefined> {
  const [{ createInterface }, { Readable }] = await Promise.all([
    import('node:readline'),
    import('node:stream'),
  ]);
  const input = texts instanceof Readable ? texts : Readable.from(texts);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
    if (line.trim() !== '') yield line;
}

/** The files that a glob matches. */
async function* matching(pattern: string): AsyncGenerator<string, void, undefined> {
  if (schemeOf(pattern) !== undefined) {
    yield pattern;
    return;
  }
  const { glob, isDynamicPattern } = await import('tinyglobby');
  const slashed = pattern.replaceAll('\\', '/');
  const matches = isDynamicPattern(slashed) ? (await glob(slashed)).sort() : [];
  yield* matches.length === 0 ? [pattern] : matches;
}

/**
 * The texts that braces stand for, as in a shell and in WebDataset: `{000..002}` and `{a,b}`.
 *
 * @throws PhotoSetError when there are too many.
 */
export function expandBraces(text: string): string[] {
  const found = /\{([^{}]*(?:,|\.\.)[^{}]*)\}/.exec(text);
  if (!found) return [text];
  const [before, after] = [text.slice(0, found.index), text.slice(found.index + found[0].length)];
  const range = /^(\d+)\.\.(\d+)$/.exec(found[1]!);
  const middles = range ? numbers(text, range[1]!, range[2]!) : found[1]!.split(',');
  const rest = expandBraces(after);
  if (middles.length * rest.length > mostPlaces) throw tooMany(text);
  return middles.flatMap(middle => rest.map(end => `${before}${middle}${end}`));
}

function numbers(text: string, first: string, last: string): string[] {
  const [from, to] = [Number(first), Number(last)];
  const count = Math.abs(to - from) + 1;
  if (count > mostPlaces) throw tooMany(text);
  const step = Math.sign(to - from);
  const isPadded = [first, last].some(number => number.length > 1 && number.startsWith('0'));
  const width = isPadded ? Math.max(first.length, last.length) : 0;
  return Array.from({ length: count }, (_, index) =>
    String(from + index * step).padStart(width, '0'),
  );
}

const tooMany = (text: string): PhotoSetError =>
  new PhotoSetError(`'${text}' stands for more than ${mostPlaces} places.`);
