import type { TableColumns } from '@shroom/classifier';
import { InvalidArgumentError, Option } from 'commander';

const names = ['path', 'label', 'part'] as const;

/** Which columns of a table say what, as typed: `path=Foto,label=Art`. */
export const columnsOption = () =>
  new Option(
    '--columns <names>',
    'columns of a table that have other names than usual: "path=<name>", "label=<name>" and "part=<name>" of the split, with commas ' +
      'between; several labels are classes whose columns hold 0 and 1; without a header line, numbers (default: usual names, such as file, ' +
      'label and split)',
  ).argParser(text => {
    columnNames(text);
    return text;
  });

/** What stands between the classes of a cell. */
export const separatorOption = () =>
  new Option(
    '--label-separator <text>',
    'what stands between the classes of a cell of a table, such as ";" or "|" (default: a cell is one class)',
  );

/** Both options together; nothing where neither is given. */
export function tableColumns(
  columns: string | TableColumns | undefined,
  labelSeparator: string | undefined,
): TableColumns | undefined {
  const named = typeof columns === 'string' ? columnNames(columns) : columns;
  return labelSeparator === undefined ? named : { ...named, labelSeparator };
}

/** What the option `--columns` names. @throws InvalidArgumentError */
export function columnNames(text: string): Pick<TableColumns, (typeof names)[number]> {
  const given = text.split(',').map(pair => {
    const [, name, column] = /^\s*(\w+)=(.+)$/.exec(pair) ?? [];
    if (column !== undefined && names.some(known => known === name)) return { name, column };
    throw new InvalidArgumentError(
      `It should be path=<name>, label=<name> and part=<name>, with commas between, not '${pair}'.`,
    );
  });
  const of = (name: string) => given.filter(pair => pair.name === name).map(pair => pair.column);
  const [[path, ...paths], labels, [part, ...parts]] = [of('path'), of('label'), of('part')];
  if (paths.length + parts.length > 0)
    throw new InvalidArgumentError('Only label can be there more than once.');
  return {
    ...(path !== undefined && { path }),
    ...(labels.length > 0 && { label: labels.length === 1 ? labels[0]! : labels }),
    ...(part !== undefined && { part }),
  };
}
