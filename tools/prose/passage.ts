/** One line of prose, with its line number in the file, counted from 1. */
export interface Line {
  readonly line: number;
  readonly text: string;
}

/** Lines of prose that belong together: a paragraph, a comment, a message, a table cell. */
export type Passage = readonly Line[];

/** A sentence, with the number of the line on which it begins, counted from 1. */
export type Sentence = Line;

const abbreviation = /(?:\b(?:e\.g|i\.e|et al|vs|cf|approx|eqs?|figs?|no|pp?)|\b[A-Z])\.$/i;

/** A reference to a publication, such as `He et al. 2015, table 1. https://arxiv.org/abs/1512.03385`. */
const publication = /^[^.:]{0,40}(?:al\.)?[^.:]{0,40}\b(?:19|20)\d\d\b[^:]*https?:\S+$/;

/**
 * Splits a passage into sentences, and keeps those with at least `words` words. Tokens without a
 * letter, such as numbers, do not count as words. References to publications are left out.
 */
export function sentencesOf(passage: Passage, words: number): Sentence[] {
  const text = passage.map(line => line.text).join('\n');
  const ends = [...text.matchAll(/(?<!\.\.)[.!?]["'`)\]”’]*\s+(?=`|["'([{“‘@$]?[\p{Lu}\d@{])/gu)]
    .map(({ index, 0: { length } }) => index + length)
    .filter(end => !abbreviation.test(text.slice(0, end).trimEnd()));
  return [0, ...ends].flatMap((start, index) => {
    const sentence = text.slice(start, ends[index]).replaceAll(/\s+/g, ' ').trim();
    const count = sentence.split(' ').filter(word => /\p{L}/u.test(word)).length;
    const before = text.slice(0, start).split('\n').length - 1;
    return count >= words && !publication.test(sentence)
      ? [{ line: passage[before]!.line, text: sentence }]
      : [];
  });
}

/** Splits lines into passages. A passage ends at an empty line, and before each line for which `begins` is true. */
export function passagesOf(lines: readonly Line[], begins: (text: string) => boolean): Passage[] {
  const passages: Line[][] = [];
  let open: Line[] | undefined;
  for (const each of lines) {
    const text = each.text.trim();
    if (text === '' || begins(text)) open = undefined;
    if (text === '') continue;
    if (!open) {
      open = [];
      passages.push(open);
    }
    open.push({ ...each, text });
  }
  return passages;
}
