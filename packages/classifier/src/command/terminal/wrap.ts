/** Escape sequences that change colors. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character.
const styles = /\u001b\[\d+m/g;

/** Characters that occupy two columns of a terminal. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]|\p{Emoji_Presentation}/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Number of columns that a text occupies in a terminal. */
export function widthOf(text: string): number {
  const plain = text.replace(styles, '');
  if (/^[\u0020-\u007e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of graphemes.segment(plain)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Fills a text with spaces up to a width. */
export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

/**
 * Breaks a text into lines of at most `width` columns, between words. A longer word stays whole, on a line of its own. Line breaks of the
 * text are kept.
 *
 * @param first Number of columns that are already used in the first line.
 */
export function wrapped(text: string, width: number, first = 0): string[] {
  return text.split('\n').flatMap((line, index) => wrappedLine(line, width, index ? 0 : first));
}

function wrappedLine(text: string, width: number, first: number): string[] {
  const [indent = ''] = /^ */.exec(text) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const [word] of text.slice(indent.length).matchAll(/\S+ */g)) {
    const used = widthOf(line) + indent.length + (lines.length === 0 ? first : 0);
    if (line !== '' && used + widthOf(word.trimEnd()) > width) {
      lines.push(indent + line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, indent + line.trimEnd()];
}
