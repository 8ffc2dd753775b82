// Finds problems in a set of photos before a classifier is trained on it.
import { join } from 'node:path';
import { inspect } from '@shroom/classifier';
import {
  columnOptions,
  type GivenColumns,
  printInspection,
  progressBars,
  tableColumns,
} from '@shroom/classifier/command';
import { Command } from 'commander';
import { fact, heading, printer, runProgram } from './pipeline/terminal';

const command = new Command('npx tsx examples/inspect.ts')
  .description(
    'Finds unreadable and odd photos, duplicates, contradictions and leaks. Changes no file.',
  )
  .argument(
    '<photos>',
    'a folder with a folder for each class, a .zip of one, a .csv or .json table, or kaggle:owner/slug',
  )
  .option('--split <file>', 'the split.json of a run, to find photos that are in two of its parts')
  .option('--out <folder>', 'folder for index.html and inspection.json', 'inspection');
for (const option of columnOptions()) command.addOption(option);

await runProgram(async signal => {
  command.parse();
  const { split, out, ...given } = command.opts<GivenColumns & { split?: string; out: string }>();
  const columns = tableColumns(given);
  heading('Photos');
  const { onProgress, stop } = progressBars(printer);
  const inspection = await inspect(command.args[0]!, {
    ...{ out, signal, onProgress },
    ...(split !== undefined && { split }),
    ...(columns && { columns }),
  }).finally(stop);
  printInspection(printer, inspection, { isSplit: split !== undefined });
  fact('page', join(out, 'index.html'));
});
