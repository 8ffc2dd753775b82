// Writes api/, the reference of every exported name, from the sources: one page for each entry of each package.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Comment, ReflectionKind } from 'typedoc';

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, '..', 'packages');
const out = join(here, 'api');

/** src/index.ts is the entry `@shroom/name`, src/node/index.ts `@shroom/name/node`. */
const entryPoints = readdirSync(packages).flatMap(name => {
  const src = join(packages, name, 'src');
  const folders = readdirSync(src, { withFileTypes: true }).filter(each => each.isDirectory());
  return ['', ...folders.map(folder => folder.name)]
    .map(path => join(src, path, 'index.ts'))
    .filter(file => existsSync(file));
});

const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  outputs: [{ name: 'markdown', path: out }],
  entryPoints,
  tsconfig: join(here, 'tsconfig.api.json'),
  basePath: packages,
  readme: 'none',
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  githubPages: false,
  hideGenerator: true,
  sort: ['source-order'],
  groupOrder: ['Functions', 'Variables', 'Interfaces', 'Type Aliases', 'Classes', '*'],
  name: 'API reference',
  logLevel: 'Warn',
  router: 'module',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  enumMembersFormat: 'table',
  propertyMembersFormat: 'table',
  tableColumnSettings: { hideSources: true, hideModifiers: true },
  validation: { invalidLink: true, notExported: false, notDocumented: false },
  treatValidationWarningsAsErrors: true,
});
// TypeScript declares each property of a type that valibot infers twice, and TypeDoc warns of that.
const { warn } = app.logger;
app.logger.warn = (text, ...rest) => {
  if (!`${text}`.includes('multiple declarations')) warn.call(app.logger, text, ...rest);
};
const project = await app.convert();
if (!project) throw new Error('The sources do not compile: `npm run check` says why.');
for (const module of project.children ?? []) {
  const [name] = module.name.split('/');
  const { description } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
  module.name = `@shroom/${module.name.replace(/\/src(\/|$)/, '$1')}`;
  if (module.name === `@shroom/${name}`)
    module.comment = new Comment([{ kind: 'text', text: `${description}.` }]);
}
// What every error has need not be said of each.
for (const each of project.getReflectionsByKind(ReflectionKind.All))
  if (each.inheritedFrom?.name.startsWith('Error.')) project.removeReflection(each);
app.validate(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;
rmSync(out, { recursive: true, force: true });
await app.generateOutputs(project);

// TypeDoc numbers a heading `Name` also if a member elsewhere on the page has the same slug; VitePress numbers only equal headings.
for (const page of readdirSync(out, { recursive: true }).filter(file => file.endsWith('.md'))) {
  const path = join(out, page);
  const text = readFileSync(path, 'utf8');
  const mended = text.replace(/\]\(((?:[^)#\s]+\.md)?)#([a-z]+)-1\)/g, (link, file, slug) => {
    const target = file === '' ? text : readFileSync(join(dirname(path), file), 'utf8');
    const same = [...target.matchAll(/^#+ (\w+)/gm)].filter(
      ([, name]) => name.toLowerCase() === slug,
    );
    return same.length === 1 ? `](${file}#${slug})` : link;
  });
  if (mended !== text) writeFileSync(path, mended);
}
