// Finds problems in a set of photos before a classifier is trained on it.
import { join } from 'node:path';
import { inspect } from '@shroom/classifier';
import { Command } from 'commander';
import { columnsOption, separatorOption, tableColumns } from './pipeline/columns';
import { ProgressBars } from './pipeline/progress-bars';
import { fact, heading, runProgram, warn } from './pipeline/terminal';

const command = new Command('npx tsx examples/inspect.ts')
  .description(
    'Finds unreadable and odd photos, duplicates, contradictions and leaks. Changes no file.',
  )
  .argument(
    '<photos>',
    'a folder with a folder for each class, a .zip of one, a .csv or .json table, or kaggle:owner/slug',
  )
  .option('--split <file>', 'the split.json of a run, to find photos that are in two of its parts')
  .addOption(columnsOption())
  .addOption(separatorOption())
  .option('--out <folder>', 'folder for index.html and inspection.json', 'inspection');

const shown = 12;

await runProgram(async signal => {
  command.parse();
  const given = command.opts<{
    split?: string;
    columns?: string;
    labelSeparator?: string;
    out: string;
  }>();
  const { split, out } = given;
  const columns = tableColumns(given.columns, given.labelSeparator);
  heading('Photos');
  const bars = new ProgressBars();
  const inspection = await inspect(command.args[0]!, {
    ...{ out, signal, onProgress: bars.onProgress },
    ...(split !== undefined && { split }),
    ...(columns && { columns }),
  }).finally(() => bars.stop());

  heading('Found');
  const { concerns, duplicates, quarantine } = inspection;
  for (const { kind, subject, reason } of concerns.slice(0, shown))
    warn(`${kind}: ${subject} (${reason})`);
  if (concerns.length > shown) warn(`and ${concerns.length - shown} more`);
  const count = (test: (group: (typeof duplicates)[number]) => boolean) =>
    `${duplicates.filter(test).length} groups`;
  fact(
    'same file',
    count(({ kind }) => kind === 'exact'),
  );
  fact(
    'near',
    count(({ kind }) => kind === 'near'),
  );
  fact('conflicts', `${count(({ acrossClasses }) => acrossClasses)} in more than one class`);
  if (split) fact('leaks', `${count(({ acrossParts }) => acrossParts)} in more than one part`);
  fact('quarantine', `${quarantine.length} photos suggested; no file was changed`);
  fact('page', join(out, 'index.html'));
});
