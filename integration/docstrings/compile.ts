import { join } from 'node:path';
import ts from 'typescript';
import type { PublicExport } from './exports';

/** An error in an example: the export that it belongs to, and the message of the compiler. */
export interface ExampleFault {
  readonly name: string;
  readonly message: string;
}

/** Compiler options for sources and examples: those of the packages, with every entry resolved to its source file. */
export function compilerOptions(
  entries: readonly [specifier: string, file: string][],
): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    paths: Object.fromEntries([...entries].reverse().map(([name, file]) => [name, [file]])),
  };
}

/**
 * Compiles each example as a separate module. It may use the names in `prelude.d.ts` and, without an import, all exports of
 * the entry that its export belongs to.
 */
export function compileExamples(
  exports: readonly PublicExport[],
  folder: string,
  options: ts.CompilerOptions,
): ExampleFault[] {
  const files = new Map<string, { readonly of: PublicExport; readonly code: string }>();
  for (const of of exports)
    for (const [i, code] of of.examples.entries()) {
      const file = join(folder, `${of.specifier.replace(/\W/g, '_')}-${of.name}-${i}.example.ts`);
      files.set(file, { of, code: `${importsFor(code, of, exports)}\n${code}\nexport {};\n` });
    }

  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.fileExists = file => files.has(file) || fileExists(file);
  host.readFile = file => files.get(file)?.code ?? readFile(file);
  const program = ts.createProgram([join(folder, 'prelude.d.ts'), ...files.keys()], options, host);
  return [...files].flatMap(([file, { of }]) => {
    const source = program.getSourceFile(file);
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(({ messageText, start = 0 }) => ({
      name: `${of.specifier} ${of.name} (${of.place})`,
      message: `${ts.flattenDiagnosticMessageText(messageText, '\n')}  at: ${lineAt(source, start)}`,
    }));
  });
}

/**
 * Imports of the names that an example uses but does not import: from the package that exports the documented name and, if
 * that is a different one, from the package that declares it.
 */
function importsFor(
  code: string,
  { specifier, place }: PublicExport,
  exports: readonly PublicExport[],
) {
  const homes = [specifier.split('/')[1], /\/packages\/([^/]+)\//.exec(place)?.[1]];
  const imported = new Set(
    [...code.matchAll(/import (?:type )?\{([^}]*)\}/g)].flatMap(([, names]) =>
      (names ?? '').split(',').map(name => name.replace('type ', '').trim()),
    ),
  );
  const own = [...exports].sort(
    (a, b) => Number(b.specifier === specifier) - Number(a.specifier === specifier),
  );
  const lines = new Map<string, string>();
  for (const { name, specifier: from } of own)
    if (
      homes.includes(from.split('/')[1]) &&
      !imported.has(name) &&
      !lines.has(name) &&
      new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name}(?![\\w$]|\\s*:)`).test(withoutStrings(code))
    )
      lines.set(name, `import { ${name} } from '${from}';`);
  return [...lines.values()].join('\n');
}

/** The code without comments and strings, so that words in them do not count as uses of a name. */
function withoutStrings(code: string): string {
  return code.replace(/\/\/.*$|'[^'\n]*'/gm, '');
}

function lineAt(source: ts.SourceFile | undefined, start: number): string {
  if (!source) return '';
  const { line } = source.getLineAndCharacterOfPosition(start);
  return source.text.split('\n')[line]?.trim() ?? '';
}
