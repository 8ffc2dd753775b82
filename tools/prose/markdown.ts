import { type Passage, passagesOf } from './passage';

/** Returns the prose of a page: paragraphs, headings, list items and table cells, without code and markup. */
export function passagesOfMarkdown(text: string): Passage[] {
  let fenced = false;
  const lines = text
    .replace(/^---\n.*?\n---\n/s, matter => '\n'.repeat(matter.split('\n').length - 1))
    .replaceAll(/<!--.*?-->/gs, comment => comment.replaceAll(/[^\n]/g, ''))
    .split('\n')
    .flatMap((source, index) => {
      const fence = /^\s*(```|~~~|:::|<<<)/.test(source);
      if (fence) fenced = /^\s*(```|~~~)/.test(source) ? !fenced : fenced;
      const plain = fence || fenced ? '' : withoutMarks(source);
      const cells = plain.trim().startsWith('|')
        ? plain.split(/(?<!\\)\|/).map(cell => cell.trim().replace(/^[-:]+$/, ''))
        : [plain];
      // An empty line after each cell separates it from the next cell.
      const apart = cells.length > 1 || source.startsWith('#');
      return cells.flatMap(cell => {
        const line = { line: index + 1, text: cell.replace(/^#+ /, '') };
        return apart ? [line, { line: index + 1, text: '' }] : [line];
      });
    });
  return passagesOf(lines, each => /^([-*+] |\d+\. )/.test(each)).map(passage =>
    passage.map(line => ({ ...line, text: line.text.replace(/^([-*+]|\d+\.) /, '') })),
  );
}

const withoutMarks = (source: string): string =>
  source
    .replace(/^\s*> ?/, '')
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<\/?[a-zA-Z][^<>]*>(?![^`]*`[^`]*$)/g, '')
    .replaceAll('**', '');
