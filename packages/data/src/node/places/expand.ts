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
  for await (const some of placesAtOnce(places, options)) yield* some;
}

/** Yields the places of `expandPlaces` in order, as many at once as are known without waiting for more input. */
export async function* placesAtOnce(
  places: Iterable<string>,
  options: ExpandOptions = {},
): AsyncGenerator<readonly string[], void, undefined> {
  let plain: string[] = [];
  for (const place of places) {
    const isPlain = place !== '-' && (!/[{*?[]/.test(place) || existsSync(place));
    if (isPlain) plain.push(place);
    if (plain.length > 0 && (!isPlain || plain.length === mostAtOnce)) {
      yield plain;
      plain = [];
    }
    if (isPlain) continue;
    if (place === '-') yield* linesOf(options.input ?? process.stdin);
    else for (const one of expandBraces(place)) yield await matching(one);
  }
  if (plain.length > 0) yield plain;
}

/** Maximum number of places in a list that are known at once. */
const mostAtOnce = 1000;

/** Whether a place stands for several others. */
export const isPattern = (place: string): boolean =>
  place === '-' ||
  (schemeOf(place) === undefined
    ? /[{*?[]/.test(place) && !existsSync(place)
    : /\{[^{}]*(,|\.\.)[^{}]*\}/.test(place));

async function* linesOf(
  texts: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<readonly string[], void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  const isLine = (line: string) => line.trim() !== '';
  for await (const some of texts) {
    const text = typeof some === 'string' ? some : decoder.decode(some, { stream: true });
    const lines = `${rest}${text}`.split(/\r\n|[\r\n]/);
    rest = lines.pop()!;
    yield lines.filter(isLine);
  }
  yield [rest + decoder.decode()].filter(isLine);
}

/** The files that a glob matches. */
async function matching(pattern: string): Promise<readonly string[]> {
  if (schemeOf(pattern) !== undefined) return [pattern];
  const { glob, isDynamicPattern } = await import('tinyglobby');
  const slashed = pattern.replaceAll('\\', '/');
  const matches = isDynamicPattern(slashed) ? (await glob(slashed)).sort() : [];
  return matches.length === 0 ? [pattern] : matches;
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
