import ts from 'typescript';
import { type Line, type Passage, passagesOf } from './passage';

const instruction =
  /^\/\/\/|^\/[/*]\s*(biome-|@ts-|@vitest|@__PURE__|#__PURE__|#region|#endregion)/;

/** Returns the comments and docstrings of a TypeScript file. Examples and references to publications are left out. */
export function commentsOf(file: ts.SourceFile): Passage[] {
  const comments = rangesOf(file).filter(
    ({ pos, end }) => !instruction.test(file.text.slice(pos, end)),
  );
  const place = (position: number) => file.getLineAndCharacterOfPosition(position);
  const passages: Passage[] = [];
  let run: Line[] = [];
  let last = { line: -2, character: -1 };
  const flush = () => {
    passages.push(...passagesOf(run, text => /^[-*] /.test(text)));
    run = [];
  };
  for (const { pos, end, kind } of comments) {
    const start = place(pos);
    const text = file.text.slice(pos, end);
    if (kind === ts.SyntaxKind.SingleLineCommentTrivia) {
      if (start.line !== last.line + 1 || start.character !== last.character) flush();
      run.push({ line: start.line + 1, text: text.slice(2) });
      last = start;
    } else {
      flush();
      passages.push(...passagesOfBlock(text, start.line + 1));
    }
  }
  flush();
  return passages;
}

/** Returns every comment once, in the order of the file. */
function rangesOf(file: ts.SourceFile): ts.CommentRange[] {
  const found = new Map<number, ts.CommentRange>();
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(file);
    for (const child of children) visit(child);
    if (children.length > 0) return;
    const start = node.getFullStart();
    for (const range of [
      ...(ts.getTrailingCommentRanges(file.text, start) ?? []),
      ...(ts.getLeadingCommentRanges(file.text, start) ?? []),
    ])
      if (range.end <= node.getStart(file)) found.set(range.pos, range);
  };
  visit(file);
  return [...found.values()].sort((a, b) => a.pos - b.pos);
}

function passagesOfBlock(comment: string, first: number): Passage[] {
  let skipped = false;
  let fenced = false;
  const lines = comment
    .replace(/^\/\*+/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line, index) => {
      const text = line.replace(/^\s*\* ?/, '').replaceAll(/\{@link (?:[^}|]*\|)?([^}]*)\}/g, '$1');
      if (/^\s*@/.test(text)) skipped = /^\s*@(example|see)\b/.test(text);
      const fence = text.trim().startsWith('```');
      if (fence) fenced = !fenced;
      return { line: first + index, text: skipped || fenced || fence ? '' : text };
    });
  return passagesOf(lines, text => /^(@|[-*] |\d+\. |\|)/.test(text));
}
