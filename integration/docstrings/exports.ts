import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A name that a package exports, with the examples of its docstring. */
export interface PublicExport {
  /** Specifier to import it from: `@shroom/data/node`. */
  readonly specifier: string;
  readonly name: string;
  /** Whether the export exists at run time: a function, class or constant. */
  readonly isValue: boolean;
  /** The code of each `@example`. */
  readonly examples: readonly string[];
  /** The place of the declaration, for messages. */
  readonly place: string;
  readonly symbol: ts.Symbol;
}

/**
 * The entries of all packages, as pairs of specifier and source file. Conditions of one specifier (browser, node) are
 * separate entries.
 */
export function entriesOf(packages: string): [specifier: string, file: string][] {
  return readdirSync(packages).flatMap(name => {
    const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
    return Object.entries(manifest.exports).flatMap(([path, targets]) => {
      const built = JSON.stringify(targets).matchAll(/dist\/([^"]+?)\.d\.c?ts"/g);
      return [...new Set([...built].map(([, module]) => module))]
        .map(module => join(packages, name, 'src', `${module}.ts`))
        .filter(file => existsSync(file))
        .map((file): [string, string] => [`@shroom/${name}${path.slice(1)}`, file]);
    });
  });
}

/** All public names, once for each entry that exports them. */
export function publicExports(
  program: ts.Program,
  entries: readonly [specifier: string, file: string][],
): PublicExport[] {
  const checker = program.getTypeChecker();
  return entries.flatMap(([specifier, file]) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} exports nothing.`);
    return checker.getExportsOfModule(module).map(exported => {
      const alias = exported.flags & ts.SymbolFlags.Alias;
      const symbol = alias ? checker.getAliasedSymbol(exported) : exported;
      const [declaration] = symbol.declarations ?? [];
      const where = declaration?.getSourceFile();
      const line = where?.getLineAndCharacterOfPosition(declaration?.getStart() ?? 0).line ?? 0;
      return {
        specifier,
        name: exported.name,
        isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
        examples: symbol
          .getJsDocTags(checker)
          .filter(tag => tag.name === 'example')
          .map(tag => codeOf(ts.displayPartsToString(tag.text))),
        place: `${where?.fileName}:${line + 1}`,
        symbol,
      };
    });
  });
}

/** The code of an example: the text between its fences, or all of the text. */
function codeOf(text: string): string {
  return /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? text;
}

/** Public types that occur in the declaration `from`, directly or through other public types. */
export function typesWithin(
  from: Iterable<ts.Symbol>,
  known: ReadonlySet<ts.Symbol>,
  checker: ts.TypeChecker,
): Set<ts.Symbol> {
  const met = new Set<ts.Symbol>();
  const open = [...from];
  for (let symbol = open.pop(); symbol; symbol = open.pop())
    for (const declaration of symbol.declarations ?? [])
      visitTypes(declaration, name => {
        const found = checker.getSymbolAtLocation(name);
        if (!found) return;
        const type = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
        if (!known.has(type) || met.has(type)) return;
        met.add(type);
        open.push(type);
      });
  return met;
}

/** Visits the names of types in a declaration, but not in the bodies of functions. */
function visitTypes(node: ts.Node, visit: (name: ts.Node) => void): void {
  if (ts.isBlock(node)) return;
  if (ts.isTypeReferenceNode(node)) visit(node.typeName);
  if (ts.isExpressionWithTypeArguments(node)) visit(node.expression);
  ts.forEachChild(node, child => visitTypes(child, visit));
}
