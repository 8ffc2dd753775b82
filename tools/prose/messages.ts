import ts from 'typescript';
import { type Line, type Passage, passagesOf } from './passage';

/** Returns the messages that a TypeScript file throws or prints, and other strings that look like sentences, such as help texts. */
export function messagesOf(file: ts.SourceFile): Passage[] {
  const passages: Passage[] = [];
  const visit = (node: ts.Node, isMessage: boolean): void => {
    const parts = partsOf(node, file);
    if (parts) {
      const found = passagesOf(linesOf(parts), text => /^(-|[A-Z][a-z]+:$)/.test(text));
      passages.push(...found.filter(passage => isMessage || readsLikeProse(passage)));
    } else ts.forEachChild(node, child => visit(child, isMessage || isSaid(node)));
  };
  visit(file, false);
  return passages;
}

/** Whether the node throws or prints the strings inside it. */
function isSaid(node: ts.Node): boolean {
  if (ts.isThrowStatement(node)) return true;
  if (ts.isNewExpression(node)) return /Error$/.test(node.expression.getText());
  return (
    ts.isCallExpression(node) &&
    /^(console\.\w+|process\.(stdout|stderr)\.write)$/.test(node.expression.getText())
  );
}

function readsLikeProse(passage: Passage): boolean {
  const text = passage.map(line => line.text).join(' ');
  return /^["'`({]?[\p{Lu}\d{].*[.!?:]$/u.test(text) && !/[<>;=\\]|\/\//.test(text);
}

/** Returns the parts of a string, a template or a sum of these, with placeholders for values, or `undefined` for other nodes. */
function partsOf(node: ts.Node, file: ts.SourceFile): Line[] | undefined {
  const at = (position: number, text: string): Line => ({
    line: file.getLineAndCharacterOfPosition(position).line + 1,
    text,
  });
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return [];
  if (ts.isStringLiteralLike(node)) return [at(node.getStart(file), node.text)];
  if (ts.isTemplateExpression(node))
    return [
      at(node.getStart(file), node.head.text),
      ...node.templateSpans.flatMap(({ expression, literal }) => [
        at(literal.getStart(file), placeholder(expression, file) + literal.text),
      ]),
    ];
  if (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    (partsOf(node.left, file) || partsOf(node.right, file))
  )
    return [node.left, node.right].flatMap(
      side => partsOf(side, file) ?? [at(side.getStart(file), placeholder(side, file))],
    );
  if (ts.isParenthesizedExpression(node)) return partsOf(node.expression, file);
  return undefined;
}

function placeholder(expression: ts.Expression, file: ts.SourceFile): string {
  const text = expression.getText(file);
  return /^[\w$.]{1,24}$/.test(text) ? `{${text}}` : '{…}';
}

/** Joins parts of a string, then splits the string at its line breaks. */
function linesOf(parts: readonly Line[]): Line[] {
  const lines: Line[] = [];
  for (const { line, text } of parts) {
    const [first, ...rest] = text.split('\n');
    const last = lines.pop();
    lines.push(last ? { line: last.line, text: last.text + first } : { line, text: first! });
    lines.push(...rest.map((each, index) => ({ line: line + index + 1, text: each })));
  }
  return lines;
}
