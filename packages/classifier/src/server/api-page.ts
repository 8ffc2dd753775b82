import { escapeMarkup } from '@shroom/formats';
import type { ApiDescription, Operation, Parameter } from './openapi';

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 52rem; margin: 0 auto; padding: 1rem; overflow-wrap: break-word; }
  h2 { margin-top: 2.5rem; font-size: 1.2rem; }
  code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
  pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8886; border-radius: 6px; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid #8884; }
  form { padding: 0.75rem; border: 1px solid #8886; border-radius: 6px; }
  button { margin: 0.5rem 0.5rem 0 0; }
`;

/**
 * The description of the API as a page that loads nothing and needs no script. Its forms try the operations.
 *
 * @param address Where the reader of the page reaches the server, such as `http://127.0.0.1:8080`, for commands to copy.
 */
export function apiPage({ info, paths, components }: ApiDescription, address: string): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method, path, operation, address)),
  );
  const title = escapeMarkup(info.title);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: API</title>
<style>${style}</style>
<h1>${title}</h1>
<p>${escapeMarkup(info.description)}</p>
<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p>
${operations.join('\n')}
<h2>Fields of the answers</h2>
${Object.entries(components.schemas).map(schemaTable).join('\n')}
</html>
`;
}

function section(method: string, path: string, operation: Operation, address: string): string {
  const { summary, description, parameters = [], responses } = operation;
  const isPost = method === 'post';
  const name = escapeMarkup(`${method.toUpperCase()} ${path}`);
  return `<section>
<h2><code>${isPost ? name : `${method.toUpperCase()} <a href="${path}">${escapeMarkup(path)}</a>`}</code></h2>
<p>${escapeMarkup([summary, description].filter(Boolean).join(' '))}</p>
${isPost ? example(address + path) + form(path, parameters) : ''}
${parameters.length > 0 ? table(['option in the address', ''], parameters.map(parameterRow)) : ''}
${table(
  ['status', ''],
  Object.entries(responses).map(([status, response]) => [
    status,
    escapeMarkup(response.description),
  ]),
)}
</section>`;
}

const example = (url: string) =>
  `<pre>curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' ${escapeMarkup(url)}
curl -F photo=@one.jpg -F photo=@two.jpg ${escapeMarkup(url)}</pre>\n`;

/** A form that sends photos. If there are several formats, it has a button for each. */
function form(path: string, parameters: readonly Parameter[]): string {
  const formats = parameters.find(({ name }) => name === 'format')?.schema.enum ?? [undefined];
  const buttons = formats.map(format => {
    const action = format === undefined ? path : `${path}?format=${format}`;
    return `<button formaction="${action}">Send${format === undefined ? '' : `, show ${format}`}</button>`;
  });
  return `<form method="post" enctype="multipart/form-data" action="${path}">
<label>Photos <input type="file" name="photo" accept="image/*" multiple required></label><br>
${buttons.join('')}
</form>\n`;
}

function parameterRow({ name, description, schema }: Parameter): string[] {
  const values = schema.enum ? `: ${schema.enum.join(', ')}` : ` (${schema.type})`;
  return [`<code>${escapeMarkup(name)}</code>${escapeMarkup(values)}`, escapeMarkup(description)];
}

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

function schemaTable([name, schema]: [string, Schema]): string {
  const rows = Object.entries(schema.properties ?? {}).map(
    ([field, { type = '', description = '' }]) => [
      `<code>${escapeMarkup(field)}</code> (${escapeMarkup(type)})`,
      escapeMarkup(description),
    ],
  );
  return `<h3>${escapeMarkup(name)}</h3>\n${table(['field', ''], rows)}`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  `<table><tr>${head.map(cell => `<th>${cell}</th>`).join('')}</tr>
${rows.map(row => `<tr>${row.map(cell => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</table>`;
