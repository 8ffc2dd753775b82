/** One line of prose and the number of the line of the file that it stands on, from 1. */
export interface Line {
  readonly line: number;
  readonly text: string;
}

/** Prose that is read in one go: a paragraph, a comment, a message, a cell of a table. */
export type Passage = readonly Line[];

/** A sentence and the number of the line that it begins on, from 1. */
export type Sentence = Line;

const abbreviation = /(?:\b(?:e\.g|i\.e|et al|vs|cf|approx|eqs?|figs?|no|pp?)|\b[A-Z])\.$/i;

/** The sentences of at least so many words. What has no letter, such as a number, is not a word. */
export function sentencesOf(passage: Passage, words: number): Sentence[] {
  const text = passage.map(line => line.text).join('\n');
  const ends = [...text.matchAll(/[.!?]["'`)\]”’]*\s+(?=`|["'([{“‘@$]?[\p{Lu}\d@{])/gu)]
    .map(({ index, 0: { length } }) => index + length)
    .filter(end => !abbreviation.test(text.slice(0, end).trimEnd()));
  return [0, ...ends].flatMap((start, index) => {
    const sentence = text.slice(start, ends[index]).replaceAll(/\s+/g, ' ').trim();
    const count = sentence.split(' ').filter(word => /\p{L}/u.test(word)).length;
    const before = text.slice(0, start).split('\n').length - 1;
    return count >= words ? [{ line: passage[before]!.line, text: sentence }] : [];
  });
}

/** Cuts lines into passages: before each line that `begins` one, and at lines without text. */
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
