import { InvalidArgumentError, Option } from 'commander';
import type { TableColumns } from '../options';

const names = ['path', 'label', 'part'] as const;

/** Values of the options of `columnOptions`. */
export interface GivenColumns {
  readonly columns?: string | TableColumns | undefined;
  readonly labelSeparator?: string | undefined;
}

/**
 * The options `--columns`, for the columns of a table, such as `path=Foto,label=Art`, and `--label-separator`.
 *
 * @example
 * ```ts
 * for (const option of columnOptions()) command.addOption(option);
 * ```
 */
export const columnOptions = (): readonly Option[] => [
  new Option(
    '--columns <names>',
    'names of a table\'s columns, if they are not the usual ones: "path=<name>", "label=<name>" and "part=<name>" (the split), separated ' +
      'by commas; several labels are classes whose columns hold 0 and 1; in a table without a header line, ' +
      'columns are numbered (default: ' +
      'usual names, such as file, label and split)',
  ).argParser(text => {
    columnNames(text);
    return text;
  }),
  new Option(
    '--label-separator <text>',
    'separator between several classes in a cell of a table, such as ";" or "|" (default: a cell is one class)',
  ),
];

/**
 * The values of both options together; undefined if neither is given.
 *
 * @example
 * ```ts
 * tableColumns({ columns: 'label=Art' }); // { label: 'Art' }
 * ```
 */
export function tableColumns({ columns, labelSeparator }: GivenColumns): TableColumns | undefined {
  const named = typeof columns === 'string' ? columnNames(columns) : columns;
  return labelSeparator === undefined ? named : { ...named, labelSeparator };
}

/** Parses the option `--columns`. @throws InvalidArgumentError */
function columnNames(text: string): Pick<TableColumns, (typeof names)[number]> {
  const given = text.split(',').map(pair => {
    const [, name, column] = /^\s*(\w+)=(.+)$/.exec(pair) ?? [];
    if (column !== undefined && names.some(known => known === name)) return { name, column };
    throw new InvalidArgumentError(
      `It should be path=<name>, label=<name> and part=<name>, separated by commas, not '${pair}'.`,
    );
  });
  const of = (name: string) => given.filter(pair => pair.name === name).map(pair => pair.column);
  const [[path, ...paths], labels, [part, ...parts]] = [of('path'), of('label'), of('part')];
  if (paths.length + parts.length > 0)
    throw new InvalidArgumentError('Only label may occur more than once.');
  return {
    ...(path !== undefined && { path }),
    ...(labels.length > 0 && { label: labels.length === 1 ? labels[0]! : labels }),
    ...(part !== undefined && { part }),
  };
}
